use conversation::{ChatId, ChatNumber, MessageId, MessageNumber, Problem, Token};

use crate::ApiRequest;

/// The application that the path names.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] if the text is no token.
pub fn application_token(request: &ApiRequest) -> Result<Token, Problem> {
    Token::parse(request.path_parameter("token")).map_err(|_| Problem::ApplicationNotFound)
}

/// The chat that the path names.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`] if the text is no token or no number.
pub fn chat_id(request: &ApiRequest) -> Result<ChatId, Problem> {
    let application = application_token(request)?;
    let chat = ChatNumber::parse(request.path_parameter("chat")).map_err(|_| Problem::ChatNotFound)?;
    Ok(ChatId { application, chat })
}

/// The message that the path names.
///
/// # Errors
/// As [`chat_id`], and [`Problem::MessageNotFound`].
pub fn message_id(request: &ApiRequest) -> Result<MessageId, Problem> {
    let chat = chat_id(request)?;
    let message =
        MessageNumber::parse(request.path_parameter("message")).map_err(|_| Problem::MessageNotFound)?;
    Ok(MessageId { chat, message })
}
