//! Counts, each with its ledger.

use std::future::Future;

use super::StoreError;
use crate::{ChatId, Effects, Tally, Timestamp, Token};

/// Whether effects were brought into a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    In,
    /// What they would be counted in was deleted.
    Gone,
}

pub trait CountMessages: Send + Sync {
    /// The chat's count as it stands; `None` where the chat was deleted.
    fn tally(&self, chat: &ChatId) -> impl Future<Output = Result<Option<Tally>, StoreError>> + Send;

    /// Brings those effects into the chat's `messages_count` that are not in it yet, exactly once.
    /// `seen` is the count as it was seen last, and `latest` the time of the newest of these writes.
    fn count(
        &self,
        chat: &ChatId,
        seen: Tally,
        effects: &Effects,
        latest: Timestamp,
    ) -> impl Future<Output = Result<Counted, StoreError>> + Send;
}

pub trait CountChats: Send + Sync {
    /// Brings those effects into the application's `chats_count` that are not in it yet, exactly once.
    fn count(
        &self,
        application: &Token,
        effects: &Effects,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
