use conversation::{ChatId, MessageId, MessageNumber, Revision, Sweep, Write};

/// What a record is about, as far as that is known: the fields by which the log finds a write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The application's id.
    pub application: String,
    pub chat: Option<u64>,
    pub message_number: Option<u64>,
    pub revision: Option<u64>,
}

impl Subject {
    /// What all records of a message group are about, even one that cannot be read.
    #[must_use]
    pub fn of_group(group: &str) -> Self {
        let (application, chat) = group.split_once('#').unwrap_or((group, ""));
        Self { application: application.to_owned(), chat: chat.parse().ok(), ..Self::default() }
    }
}

impl From<&Write> for Subject {
    fn from(write: &Write) -> Self {
        Self {
            application: write.application().as_str().to_owned(),
            chat: write.chat().map(|id| id.chat.get()),
            message_number: write.message().map(MessageNumber::get),
            revision: write.revision().map(Revision::get),
        }
    }
}

impl From<&Sweep> for Subject {
    fn from(sweep: &Sweep) -> Self {
        Self {
            application: sweep.application().as_str().to_owned(),
            chat: sweep.chat().map(|id| id.chat.get()),
            ..Self::default()
        }
    }
}

impl From<&MessageId> for Subject {
    fn from(id: &MessageId) -> Self {
        let ChatId { application, chat } = &id.chat;
        Self {
            application: application.as_str().to_owned(),
            chat: Some(chat.get()),
            message_number: Some(id.message.get()),
            revision: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::MessageWrite;
    use conversation::fake::samples::{application_id, chat_id, create_message, message_id};

    use super::*;

    #[test]
    fn a_write_and_its_group_are_about_the_same_chat() {
        let chat = chat_id(&application_id(), 7);
        let write = Write::Message(MessageWrite::Create(create_message(&chat, 3, 9, "tea")));
        let subject = Subject::from(&write);
        assert_eq!((subject.message_number, subject.revision), (Some(3), Some(9)));
        let of_chat = Subject { message_number: None, revision: None, ..subject };
        assert_eq!(Subject::of_group(&write.group()), of_chat);
        assert_eq!(Subject::from(&message_id(&chat, 3)), Subject { message_number: Some(3), ..of_chat });
    }

    #[test]
    fn the_group_of_an_application_has_no_chat() {
        let expected = Subject { application: "tttt".to_owned(), ..Subject::default() };
        assert_eq!(Subject::of_group("tttt"), expected);
    }
}
