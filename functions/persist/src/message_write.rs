use conversation::ports::{Applied, StoreError, StoreMessages};
use conversation::{CreateMessage, DeleteMessage, MessageId, Revision, Timestamp, UpdateMessage};

/// A write to one message: what all three have in common.
#[derive(Debug)]
pub(crate) enum MessageWrite {
    Create(CreateMessage),
    Update(UpdateMessage),
    Delete(DeleteMessage),
}

impl MessageWrite {
    pub(crate) fn id(&self) -> &MessageId {
        match self {
            Self::Create(write) => &write.id,
            Self::Update(write) => &write.id,
            Self::Delete(write) => &write.id,
        }
    }

    pub(crate) fn revision(&self) -> Revision {
        match self {
            Self::Create(write) => write.revision,
            Self::Update(write) => write.revision,
            Self::Delete(write) => write.revision,
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Create(write) => write.at,
            Self::Update(write) => write.at,
            Self::Delete(write) => write.at,
        }
    }

    pub(crate) async fn apply(&self, messages: &impl StoreMessages) -> Result<Applied, StoreError> {
        match self {
            Self::Create(write) => messages.create(write).await,
            Self::Update(write) => messages.update(write).await,
            Self::Delete(write) => messages.delete(write).await,
        }
    }
}
