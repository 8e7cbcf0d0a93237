//! Rows, as they are made, changed and removed.

use std::future::Future;

use super::{SendError, StoreError};
use crate::{
    Application, ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, IndexChange, MessageId, Name,
    Timestamp, Token, UpdateMessage,
};

pub trait CreateApplications: Send + Sync {
    /// Stores a new application and opens the counter of its chats, both or neither; does nothing where
    /// they are there. The error tells whether it is certain that nothing happened.
    fn create(&self, application: &Application) -> impl Future<Output = Result<(), SendError>> + Send;
}

pub trait RenameApplications: Send + Sync {
    /// Gives the application another name; `None` where there is no such application. It is stored before
    /// the answer.
    fn rename(
        &self,
        application: &Token,
        name: &Name,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<Application>, StoreError>> + Send;
}

pub trait StoreChats: Send + Sync {
    /// Stores the chat's row, unless it is there or was deleted. Answers what this write adds to
    /// `chats_count`: the same at every delivery.
    fn create(&self, write: &CreateChat) -> impl Future<Output = Result<i64, StoreError>> + Send;

    /// Leaves a tombstone in place of the chat's row. Answers what this write adds to `chats_count`: the
    /// same at every delivery.
    fn delete(&self, write: &DeleteChat) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// What applying a write to a message's row came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What the write adds to the chat's `messages_count`: the same at every delivery.
    pub delta: i64,
    /// How the index is to show the row as it is now; `None` where there is nothing to show yet.
    pub change: Option<IndexChange>,
}

pub trait StoreMessages: Send + Sync {
    /// Stores the message's row, unless it is there or was deleted.
    fn create(&self, write: &CreateMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;

    /// Gives the row the write's body, unless a later update did or it was deleted. Where the row is not
    /// created yet, the body waits for that, unseen.
    fn update(&self, write: &UpdateMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;

    /// Leaves a tombstone in place of the row, whether it is there yet or not.
    fn delete(&self, write: &DeleteMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;
}

pub trait SweepMessages: Send + Sync {
    /// Some of the rows that a chat has, tombstones included, at most 100; none where none is left.
    fn some_of(&self, chat: &ChatId) -> impl Future<Output = Result<Vec<MessageId>, StoreError>> + Send;

    /// Removes rows, each named once, without a trace. Only for chats that are deleted: the chat's tombstone
    /// stands for all. Answers how many are left, because the table is too busy for them.
    fn purge(&self, messages: &[MessageId]) -> impl Future<Output = Result<usize, StoreError>> + Send;
}
