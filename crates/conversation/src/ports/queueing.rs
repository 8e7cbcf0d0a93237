//! Queues: what is sent to be done later.

use std::future::Future;

use super::{SendError, StoreError};
use crate::{IndexRequest, Write};

pub trait SendWrites: Send + Sync {
    /// Puts a write on the queue, behind those of its chat that were sent before.
    fn send(&self, write: &Write) -> impl Future<Output = Result<(), SendError>> + Send;
}

pub trait BuryRecords: Send + Sync {
    /// Puts a record that can never be applied into the dead-letter queue, with the reason.
    /// Burying the record of one `id` again within five minutes does nothing.
    fn bury(
        &self,
        id: &str,
        group: &str,
        record: &str,
        reason: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait DeferIndexing: Send + Sync {
    /// Queues changes of the index to be made later, for up to 14 days.
    fn defer(&self, requests: &[IndexRequest]) -> impl Future<Output = Result<(), StoreError>> + Send;
}
