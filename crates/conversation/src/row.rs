use crate::{ChatId, Message, MessageId, Revision};

/// What a table holds under a number.
///
/// A deletion leaves a tombstone. It distinguishes a deleted row from one that is not stored yet, and stops late writes
/// from bringing the row back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row<T> {
    Live(T),
    Deleted,
    Absent,
}

impl<T> Row<T> {
    /// The row as readers see it.
    #[must_use]
    pub fn live(self) -> Option<T> {
        match self {
            Self::Live(value) => Some(value),
            Self::Deleted | Self::Absent => None,
        }
    }
}

/// A message as the index should hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedMessage {
    pub chat: ChatId,
    pub message: Message,
    /// The revision of the row's body: the index never replaces a newer one by an older one.
    pub revision: Revision,
}

impl IndexedMessage {
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId { chat: self.chat.clone(), message: self.message.number }
    }
}

/// A change of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    Put(IndexedMessage),
    /// Permanent: no earlier or later change brings the message back.
    Remove(MessageId),
}

impl IndexChange {
    #[must_use]
    pub fn id(&self) -> MessageId {
        match self {
            Self::Put(message) => message.id(),
            Self::Remove(id) => id.clone(),
        }
    }
}
