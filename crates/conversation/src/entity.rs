use std::fmt;

use crate::{ApplicationId, Body, ChatNumber, MessageNumber, Name, TenantAccess, Timestamp, TokenVersion};

/// A tenant's application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    /// The version of its valid token.
    pub token_version: TokenVersion,
    /// Whether the operator disabled it: no token opens it.
    pub is_disabled: bool,
    pub name: Name,
    /// The number of readable chats.
    pub chats_count: u64,
    pub created_at: Timestamp,
    /// When it was last renamed, or created if it never was.
    pub updated_at: Timestamp,
}

impl Application {
    #[must_use]
    pub fn access(&self) -> TenantAccess {
        TenantAccess { token_version: self.token_version, is_disabled: self.is_disabled }
    }
}

/// Identifies one chat among all applications.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId {
    pub application: ApplicationId,
    pub chat: ChatNumber,
}

impl ChatId {
    /// The chat's id as one string: the key of its rows, its message group, its routing value.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.application.as_str(), self.chat)
    }
}

/// Identifies one message among all chats.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId {
    pub chat: ChatId,
    pub message: MessageNumber,
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chat {}", self.chat)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} of {}", self.message, self.chat)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub number: ChatNumber,
    /// The number of readable messages.
    pub messages_count: u64,
    pub created_at: Timestamp,
    /// When one of its messages was last written, or the chat was created if it has none.
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub number: MessageNumber,
    pub body: Body,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A message that a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub message: Message,
    /// How well it matches: higher is better.
    pub score: f64,
    /// Fragments of the body, each match between `<em>` and `</em>`. The rest is the body's own text, not HTML.
    pub highlights: Vec<String>,
}
