//! Rows, as they are created, changed and removed.

use std::time::Duration;

use super::StoreError;
use crate::{
    ApplicationId, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, IndexChange,
    MessageId, MessageNumber, UpdateMessage,
};

/// What became of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreationOutcome<Applied> {
    /// The row is this write's, or was deleted.
    Applied(Applied),
    /// Another write created the row: its number was given out twice. That happens only if the table of counters lost
    /// updates, as after a restore of an earlier state.
    NumberTaken,
}

#[trait_variant::make(Send)]
pub trait StoreChats: Send + Sync {
    /// Stores the chat's row, unless it exists or was deleted. Returns what this write adds to `chats_count`: the
    /// same at every delivery.
    async fn create(&self, write: &CreateChat) -> Result<CreationOutcome<i64>, StoreError>;

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
    async fn create(&self, write: &CreateMessage) -> Result<CreationOutcome<AppliedWrite>, StoreError>;

    /// Stores the write's body, unless a later update did or the message was deleted. If the message is not created
    /// yet, readers see the body only after its creation.
    async fn update(&self, write: &UpdateMessage) -> Result<AppliedWrite, StoreError>;

    /// Replaces the row by a tombstone, whether the message is created yet or not.
    async fn delete(&self, write: &DeleteMessage) -> Result<AppliedWrite, StoreError>;
}

/// The most rows that one page of a sweep looks at.
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

/// A page of a deleted chat's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsweptMessages {
    /// May be empty before the last page.
    pub messages: Vec<MessageId>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<MessageNumber>,
}

/// How long a swept row rejects writes that take effect late: a call may have its effect after its function gave up and the
/// sweep has passed. AWS refuses most requests five minutes after they were signed.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html>
pub const SWEPT_ROW_RETENTION: Duration = Duration::from_hours(24);

#[trait_variant::make(Send)]
pub trait SweepMessages: Send + Sync {
    /// The rows that are not swept, of the next rows with numbers above `after`, at most [`SWEEP_PAGE`], read consistently, in
    /// the order of their numbers.
    async fn unswept_messages(
        &self,
        chat: &ChatId,
        after: Option<MessageNumber>,
    ) -> Result<UnsweptMessages, StoreError>;

    /// Replaces rows, each named once, by tombstones that expire after [`SWEPT_ROW_RETENTION`]. A message without a row gets
    /// one too. Only for deleted chats, whose own tombstone stands for all their messages. Returns how many rows are not
    /// replaced because the table is too busy.
    async fn sweep_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError>;
}
