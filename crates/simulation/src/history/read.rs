//! What clients read.

use std::sync::Arc;
use std::time::Duration;

use super::{ApplicationKey, ChatKey, ClientKey, MessageKey};

/// A page that a follower of a chat read with `order=asc` and `after`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedPage {
    pub client: ClientKey,
    pub chat: ChatKey,
    pub start: Duration,
    pub end: Duration,
    /// 0 for the start of the chat.
    pub after: u64,
    /// The messages, in the order of the page.
    pub numbers: Vec<u64>,
}

/// A search in one chat, all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub client: ClientKey,
    pub chat: ChatKey,
    /// What the client searched for.
    pub text: Arc<str>,
    /// When the client sent the request for the first page.
    pub start: Duration,
    /// When the client got the reply with the last page.
    pub end: Duration,
    /// The numbers of the messages found, in the order of the pages.
    pub hits: Vec<u64>,
}

/// A read of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub client: ClientKey,
    pub message: MessageKey,
    pub start: Duration,
    pub end: Duration,
    pub found: Found,
}

/// The reply to a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// 200, with this body.
    Body(Arc<str>),
    /// 404 with this code.
    Nothing { code: Arc<str> },
}

/// A request with a token that a rotation had replaced, and that got a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldToken {
    pub client: ClientKey,
    pub application: ApplicationKey,
    /// When the reply with the next token arrived.
    pub replaced: Duration,
    pub start: Duration,
    pub end: Duration,
    /// Whether the reply was 2xx.
    pub is_accepted: bool,
}
