//! Counts, each with the ledger that keeps it exact.

use super::StoreError;
use crate::{ApplicationId, ChatId, Deltas, Timestamp, VersionedLedger};

/// What became of deltas that were to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountOutcome {
    Applied,
    /// The parent that holds the count was deleted.
    ParentDeleted,
    /// The application that holds the count has no row, not even a tombstone.
    ParentUnknown,
}

#[trait_variant::make(Send)]
pub trait CountMessages: Send + Sync {
    /// The ledger of a chat's `messages_count`; `None` if the chat was deleted.
    async fn versioned_ledger(&self, chat: &ChatId) -> Result<Option<VersionedLedger>, StoreError>;

    /// Adds those deltas to the chat's `messages_count` that it does not include yet, exactly once. `seen` is the
    /// ledger as it was last read, `latest` the time of the newest of these writes.
    async fn count(
        &self,
        chat: &ChatId,
        seen: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<CountOutcome, StoreError>;
}

#[trait_variant::make(Send)]
pub trait ForgetLedgers<Parent>: Send + Sync {
    /// Removes what the ledger of a deleted parent spilled. Does nothing if it spilled nothing.
    async fn forget_ledger(&self, parent: &Parent) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait CountChats: Send + Sync {
    /// Adds those deltas to the application's `chats_count` that it does not include yet, exactly once.
    async fn count(&self, application: &ApplicationId, deltas: &Deltas) -> Result<CountOutcome, StoreError>;
}
