use crate::MessageId;

/// Asks to bring a message into the index later. It names the message only, so that no stale copy is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexRequest {
    /// Index the row in its state at that time.
    Refresh(MessageId),
    /// Remove the message for good, whatever its row says.
    Remove(MessageId),
}

impl IndexRequest {
    #[must_use]
    pub fn message(&self) -> &MessageId {
        match self {
            Self::Refresh(id) | Self::Remove(id) => id,
        }
    }
}
