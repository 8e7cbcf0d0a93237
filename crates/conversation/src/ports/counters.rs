//! Counters: which parents exist, and which numbers and revisions they gave out.

use std::time::Duration;

use super::StoreError;
use crate::{ApplicationId, ChatId, ChatNumber, MessageNumber, RequestId, Revision};

/// What numbers its children: an application its chats, a chat its messages.
pub trait Parent {
    type ChildNumber;
}

impl Parent for ApplicationId {
    type ChildNumber = ChatNumber;
}

impl Parent for ChatId {
    type ChildNumber = MessageNumber;
}

/// How many writes of a chat may wait to be stored, about. `persist` stores so many of a busy chat within ten seconds, so
/// its own messages are readable by then, and one chat cannot fill the 120,000 messages among which SQS looks for groups that
/// are available.
/// Source: "Avoid large message backlogs with the same message group ID in Amazon SQS".
pub const MAX_PENDING: u64 = 1_000;

/// While the backlog is full, a chat accepts one write in this time. If reservations used the limit up, but no write reached
/// the queue, this write is what raises the limit again.
pub const PENDING_EXEMPTION: Duration = Duration::from_mins(1);

/// A counter made no reservation.
#[derive(Debug, thiserror::Error)]
pub enum ReservationError {
    /// [`MAX_PENDING`] writes of the chat wait to be stored.
    #[error("too many writes of the chat wait to be stored")]
    TooManyPending,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new number, and the revision of the write that will use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatedNumber<Number> {
    pub number: Number,
    pub revision: Revision,
    /// Who may release the number.
    pub request_id: RequestId,
}

/// A revision for a write that uses no new number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedRevision {
    pub revision: Revision,
    /// Who may release the revision.
    pub request_id: RequestId,
}

#[trait_variant::make(Send)]
pub trait AllocateNumbers<P: Parent>: Send + Sync {
    /// Allocates the next number of a child; `None` if there is no such parent. If it fails, it has tried to release
    /// what it may have allocated.
    async fn allocate_number(
        &self,
        parent: &P,
    ) -> Result<Option<AllocatedNumber<P::ChildNumber>>, ReservationError>;

    /// Releases a number that no write used, if it is still the highest. Does nothing otherwise.
    async fn release_number(
        &self,
        parent: &P,
        number: &AllocatedNumber<P::ChildNumber>,
    ) -> Result<(), StoreError>;
}

/// The subject is what the write changes: a chat or a message. The revision comes from the counter of its parent.
#[trait_variant::make(Send)]
pub trait ReserveRevisions<Subject>: Send + Sync {
    /// Reserves the next revision. `None` if there is no such application (for a chat), or if the chat is not open
    /// or has not allocated the message's number (for a message). If it fails, it has tried to release what it
    /// may have reserved.
    async fn reserve_revision(&self, subject: &Subject)
    -> Result<Option<ReservedRevision>, ReservationError>;

    /// Releases a revision that no write used, if it is still the highest. Does nothing otherwise.
    async fn release_revision(
        &self,
        subject: &Subject,
        reserved: &ReservedRevision,
    ) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait OpenChats: Send + Sync {
    /// Creates the counter of a chat's messages, so that the chat accepts messages. Does nothing if the counter
    /// exists. The holder of the request id can undo it.
    async fn open(&self, chat: &ChatId, request_id: &RequestId) -> Result<(), StoreError>;

    /// Opens the chat, or leaves it open, so that nobody can undo it. A deleted chat stays closed.
    async fn open_permanently(&self, chat: &ChatId) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait UndoOpenChats: Send + Sync {
    /// Removes the counter that was opened with this request id, unless it numbered a message. Returns whether the
    /// chat has no counter now.
    async fn undo_open(&self, chat: &ChatId, request_id: &RequestId) -> Result<bool, StoreError>;
}

#[trait_variant::make(Send)]
pub trait RaiseLimits: Send + Sync {
    /// Lets the chat reserve revisions up to `limit`. Does nothing if its limit is higher or it is not open.
    async fn raise_limit(&self, chat: &ChatId, limit: u64) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait CloseChats: Send + Sync {
    /// Closes a chat permanently: it allocates no number any more, and opening it does nothing.
    async fn close(&self, chat: &ChatId) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait ReadCounters: Send + Sync {
    /// The highest chat number allocated; `None` if there is no such application.
    async fn last_chat(&self, application: &ApplicationId) -> Result<Option<u64>, StoreError>;

    /// The highest message number allocated; `None` if the chat is not open.
    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError>;
}
