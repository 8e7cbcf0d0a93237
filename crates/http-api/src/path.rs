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

#[cfg(test)]
mod tests {
    use super::*;

    /// The message of a path with these three parts.
    fn id(token: &str, chat: &str, message: &str) -> Result<String, Problem> {
        let parts = [("token", token), ("chat", chat), ("message", message)];
        let path_parameters = parts.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let id = message_id(&ApiRequest { path_parameters, ..ApiRequest::default() })?;
        assert_eq!(id.chat.application.as_str(), token);
        Ok(id.to_string())
    }

    #[test]
    fn the_path_names_a_message() {
        assert_eq!(id(&"t".repeat(32), "3", "5").as_deref(), Ok("message 5 of chat 3"));
    }

    #[test]
    fn the_first_malformed_part_is_not_found() {
        let token = "t".repeat(32);
        assert_eq!(id("t", "x", "x"), Err(Problem::ApplicationNotFound));
        assert_eq!(id("", "1", "1"), Err(Problem::ApplicationNotFound));
        assert_eq!(id(&token, "01", "x"), Err(Problem::ChatNotFound));
        assert_eq!(id(&token, "1", "0"), Err(Problem::MessageNotFound));
    }
}
