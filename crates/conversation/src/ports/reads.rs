//! Rows, as readers see them.

use std::collections::BTreeMap;

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

/// How many rows above a message [`FindLaterMessages`] looks at.
pub const LATER_ROWS: u8 = 10;

#[trait_variant::make(Send)]
pub trait FindLaterMessages: Send + Sync {
    /// Whether a message with a higher number was stored, and was created before `before`. It may be deleted. Looks at the next
    /// [`LATER_ROWS`] rows only, so it may miss one behind tombstones that do not tell when their message was created.
    async fn has_later_message(&self, id: &MessageId, before: Timestamp) -> Result<bool, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadCurrentMessages: Send + Sync {
    /// The message's row, read consistently: it includes every write that was stored before the call.
    async fn current_message(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError>;
}

/// The most messages that one call of [`ReadCurrentBatches`] reads.
pub const CURRENT_BATCH: usize = 100;

#[trait_variant::make(Send)]
pub trait ReadCurrentBatches: Send + Sync {
    /// The rows of different messages, at most [`CURRENT_BATCH`], read consistently. A row that could not be read is missing.
    async fn current_messages(
        &self,
        ids: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Row<IndexedMessage>>, StoreError>;
}
