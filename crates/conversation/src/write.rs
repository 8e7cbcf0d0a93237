use crate::{Body, ChatId, MessageId, Revision, Timestamp};

/// A chat that was given a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateChat {
    pub id: ChatId,
    /// Its place among the writes that change the application's `chats_count`.
    pub revision: Revision,
    pub at: Timestamp,
}

/// The end of a chat and of all its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteChat {
    pub id: ChatId,
    /// Its place among the writes that change the application's `chats_count`.
    pub revision: Revision,
}

/// A message that was given a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateMessage {
    pub id: MessageId,
    /// Its place among the writes to the chat's messages.
    pub revision: Revision,
    pub body: Body,
    pub at: Timestamp,
}

/// A new body for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateMessage {
    pub id: MessageId,
    /// Its place among the writes to the chat's messages: of two updates the later one stays.
    pub revision: Revision,
    pub body: Body,
    pub at: Timestamp,
}

/// The end of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteMessage {
    pub id: MessageId,
    /// Its place among the writes to the chat's messages.
    pub revision: Revision,
    pub at: Timestamp,
}

/// What travels on the queue between acceptance and the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    CreateChat(CreateChat),
    DeleteChat(DeleteChat),
    /// Goes on removing the messages of a deleted chat, where one record's time was not enough.
    SweepChat(ChatId),
    CreateMessage(CreateMessage),
    UpdateMessage(UpdateMessage),
    DeleteMessage(DeleteMessage),
}

impl Write {
    /// The chat whose order of writes this one belongs to.
    #[must_use]
    pub fn chat(&self) -> &ChatId {
        match self {
            Self::CreateChat(write) => &write.id,
            Self::DeleteChat(write) => &write.id,
            Self::SweepChat(chat) => chat,
            Self::CreateMessage(write) => &write.id.chat,
            Self::UpdateMessage(write) => &write.id.chat,
            Self::DeleteMessage(write) => &write.id.chat,
        }
    }
}
