use crate::{ChatId, Message, MessageId, Revision};

/// What a table has under a number.
///
/// A deleted row leaves a tombstone, which tells it from one that is on its way and keeps late writes
/// from bringing it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row<T> {
    Live(T),
    Deleted,
    Absent,
}

impl<T> Row<T> {
    /// What readers see of it.
    #[must_use]
    pub fn live(self) -> Option<T> {
        match self {
            Self::Live(value) => Some(value),
            Self::Deleted | Self::Absent => None,
        }
    }
}

/// A message as the index is to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedMessage {
    pub chat: ChatId,
    pub message: Message,
    /// The row's revision: an older one never replaces a newer one in the index.
    pub revision: Revision,
}

impl IndexedMessage {
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId { chat: self.chat.clone(), message: self.message.number }
    }
}

/// What the index is to do about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    Put(IndexedMessage),
    /// For good: nothing that was written before or after brings it back.
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
