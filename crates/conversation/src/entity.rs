use crate::{Body, ChatNumber, MessageNumber, Name, Timestamp, Token};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub token: Token,
    pub name: Name,
    /// How many chats can be read.
    pub chats_count: u64,
    pub created_at: Timestamp,
    /// When it was last renamed, or created.
    pub updated_at: Timestamp,
}

/// Names one chat among all applications.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId {
    pub application: Token,
    pub chat: ChatNumber,
}

impl ChatId {
    /// The chat's name as one string: the key of its rows, its message group, its routing value.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.application.as_str(), self.chat)
    }
}

/// Names one message among all chats.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId {
    pub chat: ChatId,
    pub message: MessageNumber,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub number: ChatNumber,
    /// How many messages can be read.
    pub messages_count: u64,
    pub created_at: Timestamp,
    /// When its newest message was written, or the chat itself.
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub number: MessageNumber,
    pub body: Body,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A message that a search found, with the fragments that matched.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub message: Message,
    /// How well it matched: more is better.
    pub score: f64,
    /// Pieces of the body, each match between `<em>` and `</em>`; the rest is the body's own text.
    pub highlights: Vec<String>,
}
