//! Queues: what is done later.

use super::{StoreError, WriteError};
use crate::{IndexRequest, Sweep, Write};

#[trait_variant::make(Send)]
pub trait SendWrites: Send + Sync {
    /// Puts a write on the queue, behind the writes to its chat that were sent before.
    async fn send(&self, write: &Write) -> Result<(), WriteError>;
}

#[trait_variant::make(Send)]
pub trait BuryRecords: Send + Sync {
    /// Puts a record that can never be applied into the dead-letter queue, with the reason. If its queue has groups, burying
    /// the record with the same `message_id` again within five minutes does nothing.
    async fn bury(&self, message_id: &str, group: &str, record: &str, reason: &str)
    -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait DeferIndexing: Send + Sync {
    /// Queues index changes to be made later, within 14 days, in any order and each at least once.
    async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait QueueSweeps: Send + Sync {
    /// Queues sweeps to be made later, in any order and each at least once.
    async fn queue_sweeps(&self, sweeps: &[Sweep]) -> Result<(), StoreError>;
}
