use crate::{ApplicationId, Body, ChatId, ChatNumber, MessageId, MessageNumber, Revision, Timestamp};

/// An accepted write, as it travels on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    CreateChat(CreateChat),
    DeleteChat(DeleteChat),
    Message(MessageWrite),
    Sweep(Sweep),
}

/// What is left to remove behind a deletion. It may be done again at any time, to the same effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    Application(SweepApplication),
    Chat(SweepChat),
}

/// A write to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageWrite {
    Create(CreateMessage),
    Update(UpdateMessage),
    Delete(DeleteMessage),
}

/// Deletes the chats of a deleted application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepApplication {
    pub id: ApplicationId,
    /// Chats up to this number are already deleted; `None` to begin with the first.
    pub after: Option<ChatNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateChat {
    pub id: ChatId,
    /// Its revision among the writes that change the application's `chats_count`.
    pub revision: Revision,
    pub at: Timestamp,
}

/// Deletes a chat with all its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteChat {
    pub id: ChatId,
    /// Its revision among the writes that change the application's `chats_count`. [`Revision::MAX`] if the chat is
    /// deleted with its application, because no count remains. Such a write is never queued.
    pub revision: Revision,
}

/// Removes the messages of a deleted chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepChat {
    pub id: ChatId,
    /// Messages up to this number are already removed; `None` to begin with the first.
    pub after: Option<MessageNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateMessage {
    pub id: MessageId,
    /// Its revision among the writes to the chat's messages.
    pub revision: Revision,
    pub body: Body,
    pub at: Timestamp,
}

/// Gives a message another body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateMessage {
    pub id: MessageId,
    /// Its revision among the writes to the chat's messages: of two updates the higher revision stays.
    pub revision: Revision,
    pub body: Body,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteMessage {
    pub id: MessageId,
    /// Its revision among the writes to the chat's messages.
    pub revision: Revision,
    pub at: Timestamp,
}

impl Write {
    /// The chat in whose order the write takes effect; `None` for a write to an application.
    #[must_use]
    pub fn chat(&self) -> Option<&ChatId> {
        match self {
            Self::CreateChat(write) => Some(&write.id),
            Self::DeleteChat(write) => Some(&write.id),
            Self::Message(write) => Some(&write.id().chat),
            Self::Sweep(sweep) => sweep.chat(),
        }
    }

    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        match self {
            Self::CreateChat(write) => &write.id.application,
            Self::DeleteChat(write) => &write.id.application,
            Self::Message(write) => &write.id().chat.application,
            Self::Sweep(sweep) => sweep.application(),
        }
    }

    /// The message group, in which writes keep their order: a chat, or an application.
    #[must_use]
    pub fn group(&self) -> String {
        self.chat().map_or_else(|| self.application().to_string(), ChatId::key)
    }

    /// The message that the write changes; `None` for a write to a chat or an application.
    #[must_use]
    pub fn message(&self) -> Option<MessageNumber> {
        match self {
            Self::Message(write) => Some(write.id().message),
            Self::CreateChat(_) | Self::DeleteChat(_) | Self::Sweep(_) => None,
        }
    }

    /// The write's position in the history of its parent; `None` for a sweep.
    #[must_use]
    pub fn revision(&self) -> Option<Revision> {
        match self {
            Self::CreateChat(write) => Some(write.revision),
            Self::DeleteChat(write) => Some(write.revision),
            Self::Message(write) => Some(write.revision()),
            Self::Sweep(_) => None,
        }
    }
}

impl Sweep {
    /// The chat that is swept; `None` for the sweep of an application.
    #[must_use]
    pub fn chat(&self) -> Option<&ChatId> {
        match self {
            Self::Chat(sweep) => Some(&sweep.id),
            Self::Application(_) => None,
        }
    }

    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        match self {
            Self::Chat(sweep) => &sweep.id.application,
            Self::Application(sweep) => &sweep.id,
        }
    }
}

impl MessageWrite {
    #[must_use]
    pub fn id(&self) -> &MessageId {
        match self {
            Self::Create(write) => &write.id,
            Self::Update(write) => &write.id,
            Self::Delete(write) => &write.id,
        }
    }

    #[must_use]
    pub fn revision(&self) -> Revision {
        match self {
            Self::Create(write) => write.revision,
            Self::Update(write) => write.revision,
            Self::Delete(write) => write.revision,
        }
    }

    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Create(write) => write.at,
            Self::Update(write) => write.at,
            Self::Delete(write) => write.at,
        }
    }
}
