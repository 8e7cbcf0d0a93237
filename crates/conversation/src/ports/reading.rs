//! Rows, as they are read.

use std::future::Future;

use super::StoreError;
use crate::{
    Application, Chat, ChatId, ChatNumber, IndexedMessage, Message, MessageId, MessageNumber, Page,
    PageRequest, Row, Timestamp, Token,
};

pub trait ReadApplications: Send + Sync {
    fn application(
        &self,
        token: &Token,
    ) -> impl Future<Output = Result<Option<Application>, StoreError>> + Send;

    /// Applications by the time of their creation.
    fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> impl Future<Output = Result<Page<Application, ApplicationCursor>, StoreError>> + Send;
}

/// The place of an application in the list of all: when it was created, and its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationCursor {
    pub created_at: Timestamp,
    pub token: Token,
}

pub trait ReadChats: Send + Sync {
    fn chat(&self, id: &ChatId) -> impl Future<Output = Result<Row<Chat>, StoreError>> + Send;

    fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> impl Future<Output = Result<Page<Chat, ChatNumber>, StoreError>> + Send;
}

pub trait ReadMessages: Send + Sync {
    fn message(&self, id: &MessageId) -> impl Future<Output = Result<Row<Message>, StoreError>> + Send;

    fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> impl Future<Output = Result<Page<Message, MessageNumber>, StoreError>> + Send;
}

pub trait ReadCurrent: Send + Sync {
    /// The message as it is stored at this moment.
    fn current(&self, id: &MessageId)
    -> impl Future<Output = Result<Row<IndexedMessage>, StoreError>> + Send;
}

impl From<&Application> for ApplicationCursor {
    fn from(application: &Application) -> Self {
        Self { created_at: application.created_at, token: application.token.clone() }
    }
}
