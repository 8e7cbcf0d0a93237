use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::{BuryRecords, DeferIndexing, SendWrites, StoreError, WriteError};
use crate::{IndexRequest, Write};

/// A queue of writes. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeQueue {
    pub faults: Faults,
    sent: Arc<Mutex<Vec<Write>>>,
}

impl FakeQueue {
    #[must_use]
    pub fn sent(&self) -> Vec<Write> {
        lock(&self.sent).clone()
    }
}

impl SendWrites for FakeQueue {
    async fn send(&self, write: &Write) -> Result<(), WriteError> {
        self.faults.around_write(|| lock(&self.sent).push(write.clone()))
    }
}

/// A dead-letter queue. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeDeadLetters {
    pub faults: Faults,
    buried: Arc<Mutex<Vec<(String, String, String)>>>,
}

impl FakeDeadLetters {
    /// Group, record and reason of each buried record.
    #[must_use]
    pub fn buried(&self) -> Vec<(String, String, String)> {
        lock(&self.buried).clone()
    }
}

impl BuryRecords for FakeDeadLetters {
    async fn bury(
        &self,
        _message_id: &str,
        group: &str,
        record: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.faults
            .around(|| lock(&self.buried).push((group.to_owned(), record.to_owned(), reason.to_owned())))
    }
}

/// A queue of index requests. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeIndexQueue {
    pub faults: Faults,
    deferred: Arc<Mutex<Vec<IndexRequest>>>,
}

impl FakeIndexQueue {
    #[must_use]
    pub fn deferred(&self) -> Vec<IndexRequest> {
        lock(&self.deferred).clone()
    }
}

impl DeferIndexing for FakeIndexQueue {
    async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        self.faults.around(|| lock(&self.deferred).extend_from_slice(requests))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
