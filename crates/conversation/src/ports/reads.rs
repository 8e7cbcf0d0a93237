//! Rows, as readers see them.

use super::StoreError;
use crate::{
    ApplicationId, Chat, ChatId, ChatNumber, IndexedMessage, Message, MessageId, MessageNumber, Page,
    PageRequest, Row, Timestamp,
};

#[trait_variant::make(Send)]
pub trait ReadChats: Send + Sync {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError>;

    async fn chats(
        &self,
        application: &ApplicationId,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadMessages: Send + Sync {
    async fn message(&self, id: &MessageId) -> Result<Row<Message>, StoreError>;

    /// An ascending page ends where [`GapCheck`](crate::GapCheck) says.
    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
        now: Timestamp,
    ) -> Result<Page<Message, MessageNumber>, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadCurrentMessages: Send + Sync {
    /// The message's row, read consistently: it includes every write that was stored before the call.
    async fn current_message(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError>;
}
