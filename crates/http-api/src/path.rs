use conversation::{ApplicationId, ChatId, ChatNumber, MessageId, MessageNumber, Problem};

use crate::ApiRequest;

/// The chat that the path names, in the caller's application.
///
/// # Errors
/// [`Problem::ChatNotFound`] if the text is no number.
pub fn chat_id(application: &ApplicationId, request: &ApiRequest) -> Result<ChatId, Problem> {
    let chat = ChatNumber::parse(request.path_parameter("chat")).map_err(|_| Problem::ChatNotFound)?;
    Ok(ChatId { application: application.clone(), chat })
}

/// The message that the path names, in the caller's application.
///
/// # Errors
/// As [`chat_id`], and [`Problem::MessageNotFound`].
pub fn message_id(application: &ApplicationId, request: &ApiRequest) -> Result<MessageId, Problem> {
    let chat = chat_id(application, request)?;
    let message =
        MessageNumber::parse(request.path_parameter("message")).map_err(|_| Problem::MessageNotFound)?;
    Ok(MessageId { chat, message })
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application_id;

    use super::*;

    /// The message of a path with these numbers.
    fn id(chat: &str, message: &str) -> Result<String, Problem> {
        let parts = [("chat", chat), ("message", message)];
        let path_parameters = parts.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let application = application_id();
        let id = message_id(&application, &ApiRequest { path_parameters, ..ApiRequest::default() })?;
        assert_eq!(id.chat.application, application);
        Ok(id.to_string())
    }

    #[test]
    fn the_path_names_a_message() {
        assert_eq!(id("3", "5").as_deref(), Ok("message 5 of chat 3"));
    }

    #[test]
    fn the_first_malformed_part_is_not_found() {
        assert_eq!(id("01", "x"), Err(Problem::ChatNotFound));
        assert_eq!(id("1", "0"), Err(Problem::MessageNotFound));
    }
}
