use conversation::{Body, IndexedMessage, Message, MessageId, MessageNumber, Timestamp};
use serde::{Deserialize, Serialize};

/// A message as the index holds it; a search answers from this alone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) chat: String,
    number: u64,
    body: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&IndexedMessage> for Document {
    fn from(indexed: &IndexedMessage) -> Self {
        let message = &indexed.message;
        Self {
            chat: indexed.chat.key(),
            number: message.number.get(),
            body: message.body.as_str().to_owned(),
            created_at: message.created_at.millis(),
            updated_at: message.updated_at.millis(),
        }
    }
}

/// The index holds something that was not written from an [`IndexedMessage`].
#[derive(Debug, thiserror::Error)]
#[error("a document of the index is not a message")]
pub(crate) struct NotAMessage;

impl TryFrom<Document> for Message {
    type Error = NotAMessage;

    fn try_from(document: Document) -> Result<Self, NotAMessage> {
        Ok(Self {
            number: MessageNumber::new(document.number).map_err(|_| NotAMessage)?,
            body: Body::parse(document.body).map_err(|_| NotAMessage)?,
            created_at: Timestamp::from_millis(document.created_at),
            updated_at: Timestamp::from_millis(document.updated_at),
        })
    }
}

/// The document's name: the same however often the message is indexed.
pub(crate) fn name(id: &MessageId) -> String {
    format!("{}#{}", id.chat.key(), id.message)
}
