//! Rows, as they are created, changed and removed.

use super::{StoreError, WriteError};
use crate::{
    Application, ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, IndexChange, MessageId, Name,
    Timestamp, Token, UpdateMessage,
};

#[trait_variant::make(Send)]
pub trait CreateApplications: Send + Sync {
    /// Stores a new application and the counter of its chats, both or neither. Does nothing if they exist.
    async fn create(&self, application: &Application) -> Result<(), WriteError>;
}

#[trait_variant::make(Send)]
pub trait RenameApplications: Send + Sync {
    /// Renames the application and returns it; `None` if there is no such application.
    async fn rename(
        &self,
        application: &Token,
        name: &Name,
        at: Timestamp,
    ) -> Result<Option<Application>, WriteError>;
}

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

/// The most rows that [`SweepMessages::sweep_page`] returns.
pub const SWEEP_PAGE: usize = 100;

#[trait_variant::make(Send)]
pub trait SweepMessages: Send + Sync {
    /// Some rows of a chat, tombstones included, at most [`SWEEP_PAGE`]; empty if none is left.
    async fn sweep_page(&self, chat: &ChatId) -> Result<Vec<MessageId>, StoreError>;

    /// Deletes rows, tombstones included, each named once. Only for deleted chats, whose own tombstone stands for all
    /// their messages. Returns how many rows are left because the table is too busy.
    async fn delete_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError>;
}
