//! Rows, as they are created, changed and removed.

use super::StoreError;
use crate::{
    ApplicationId, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, IndexChange,
    MessageId, UpdateMessage,
};

#[trait_variant::make(Send)]
pub trait StoreChats: Send + Sync {
    /// Stores the chat's row, unless it exists or was deleted. Returns what this write adds to `chats_count`: the
    /// same at every delivery.
    async fn create(&self, write: &CreateChat) -> Result<i64, StoreError>;

    /// Replaces the chat's row by a tombstone. Returns what this write adds to `chats_count`: the same at every
    /// delivery.
    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError>;
}

/// What a write did to a message's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedWrite {
    /// What the write adds to the chat's `messages_count`: the same at every delivery.
    pub delta: i64,
    /// What brings the index to the row's present state; `None` if there is nothing to show yet.
    pub change: Option<IndexChange>,
}

#[trait_variant::make(Send)]
pub trait StoreMessages: Send + Sync {
    /// Stores the message's row, unless it exists or was deleted.
    async fn create(&self, write: &CreateMessage) -> Result<AppliedWrite, StoreError>;

    /// Stores the write's body, unless a later update did or the message was deleted. If the message is not created
    /// yet, readers see the body only after its creation.
    async fn update(&self, write: &UpdateMessage) -> Result<AppliedWrite, StoreError>;

    /// Replaces the row by a tombstone, whether the message is created yet or not.
    async fn delete(&self, write: &DeleteMessage) -> Result<AppliedWrite, StoreError>;
}

/// The most rows that one page of a sweep has.
pub const SWEEP_PAGE: usize = 100;

/// A page of an application's chats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsweptChats {
    /// Those that are not deleted, whether they are stored yet or not, and those that were deleted with their
    /// application: a delivery may have ended between a chat's tombstone and the sweep of its messages.
    pub chats: Vec<ChatNumber>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<ChatNumber>,
}

#[trait_variant::make(Send)]
pub trait ListUnsweptChats: Send + Sync {
    /// At most [`SWEEP_PAGE`] chats with numbers above `after`, read consistently, in the order of their numbers.
    async fn unswept_chats(
        &self,
        application: &ApplicationId,
        after: Option<ChatNumber>,
    ) -> Result<UnsweptChats, StoreError>;
}

#[trait_variant::make(Send)]
pub trait SweepMessages: Send + Sync {
    /// Some rows of a chat, tombstones included, at most [`SWEEP_PAGE`]; empty if none is left.
    async fn sweep_page(&self, chat: &ChatId) -> Result<Vec<MessageId>, StoreError>;

    /// Deletes rows, tombstones included, each named once. Only for deleted chats, whose own tombstone stands for all
    /// their messages. Returns how many rows are left because the table is too busy.
    async fn delete_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError>;
}
