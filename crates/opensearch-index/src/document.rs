use conversation::{Body, IndexedMessage, Message, MessageId, MessageNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::errors::IndexError;

/// A message in the index. It is complete: a search reads no table.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    chat: String,
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

impl TryFrom<Document> for Message {
    type Error = IndexError;

    fn try_from(document: Document) -> Result<Self, IndexError> {
        Ok(Self {
            number: MessageNumber::new(document.number).map_err(|_| IndexError::NotAMessage)?,
            body: Body::parse(document.body).map_err(|_| IndexError::NotAMessage)?,
            created_at: Timestamp::from_millis(document.created_at),
            updated_at: Timestamp::from_millis(document.updated_at),
        })
    }
}

/// The id of the message's document: the same each time the message is indexed.
pub(crate) fn document_id(id: &MessageId) -> String {
    format!("{}#{}", id.chat.key(), id.message)
}
