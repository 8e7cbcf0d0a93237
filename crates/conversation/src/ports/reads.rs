//! Rows, as readers see them.

use super::StoreError;
use crate::{
    Application, Chat, ChatId, ChatNumber, IndexedMessage, Message, MessageId, MessageNumber, Page,
    PageRequest, Row, Timestamp, Token,
};

#[trait_variant::make(Send)]
pub trait ReadApplications: Send + Sync {
    async fn application(&self, token: &Token) -> Result<Option<Application>, StoreError>;

    /// Applications in the order of their creation.
    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError>;
}

/// The position of an application in the list of all applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationCursor {
    pub created_at: Timestamp,
    pub token: Token,
}

impl From<&Application> for ApplicationCursor {
    fn from(application: &Application) -> Self {
        Self { created_at: application.created_at, token: application.token.clone() }
    }
}

#[trait_variant::make(Send)]
pub trait ReadChats: Send + Sync {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError>;

    async fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadMessages: Send + Sync {
    async fn message(&self, id: &MessageId) -> Result<Row<Message>, StoreError>;

    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> Result<Page<Message, MessageNumber>, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadCurrentMessages: Send + Sync {
    /// The message's row, read consistently: it includes every write that was stored before the call.
    async fn current_message(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError>;
}
