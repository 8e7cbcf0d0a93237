use conversation::{ChatId, ChatNumber, MessageId, MessageNumber, Problem, Token};

use crate::ApiRequest;

fn parameter<'a>(request: &'a ApiRequest, name: &str) -> &'a str {
    request.path_parameters.get(name).map(String::as_str).unwrap_or_default()
}

/// The application that the path names.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] where it cannot be the name of one.
pub fn application_token(request: &ApiRequest) -> Result<Token, Problem> {
    Token::parse(parameter(request, "token")).map_err(|_| Problem::ApplicationNotFound)
}

/// The chat that the path names.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`] where it cannot be the name of one.
pub fn chat_id(request: &ApiRequest) -> Result<ChatId, Problem> {
    let application = application_token(request)?;
    let chat = ChatNumber::parse(parameter(request, "chat")).map_err(|_| Problem::ChatNotFound)?;
    Ok(ChatId { application, chat })
}

/// The message that the path names.
///
/// # Errors
/// As [`chat_id`], and [`Problem::MessageNotFound`].
pub fn message_id(request: &ApiRequest) -> Result<MessageId, Problem> {
    let chat = chat_id(request)?;
    let message =
        MessageNumber::parse(parameter(request, "message")).map_err(|_| Problem::MessageNotFound)?;
    Ok(MessageId { chat, message })
}
