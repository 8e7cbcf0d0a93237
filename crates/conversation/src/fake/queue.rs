use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::{BuryRecords, DeferIndexing, QueueSweeps, SendWrites, StoreError, WriteError};
use crate::{IndexRequest, Sweep, Write};

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
    buried: Arc<Mutex<Vec<Buried>>>,
}

#[derive(Debug)]
struct Buried {
    message_id: String,
    group: String,
    record: String,
    reason: String,
}

impl FakeDeadLetters {
    /// Group, record and reason of each buried record.
    #[must_use]
    pub fn buried(&self) -> Vec<(String, String, String)> {
        let of = |buried: &Buried| (buried.group.clone(), buried.record.clone(), buried.reason.clone());
        lock(&self.buried).iter().map(of).collect()
    }
}

impl BuryRecords for FakeDeadLetters {
    async fn bury(
        &self,
        message_id: &str,
        group: &str,
        record: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut buried = lock(&self.buried);
            if buried.iter().all(|earlier| earlier.message_id != message_id) {
                buried.push(Buried {
                    message_id: message_id.to_owned(),
                    group: group.to_owned(),
                    record: record.to_owned(),
                    reason: reason.to_owned(),
                });
            }
        })
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

/// A queue of sweeps. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeSweepQueue {
    pub faults: Faults,
    queued: Arc<Mutex<Vec<Sweep>>>,
}

impl FakeSweepQueue {
    #[must_use]
    pub fn queued(&self) -> Vec<Sweep> {
        lock(&self.queued).clone()
    }
}

impl QueueSweeps for FakeSweepQueue {
    async fn queue_sweeps(&self, sweeps: &[Sweep]) -> Result<(), StoreError> {
        self.faults.around(|| lock(&self.queued).extend_from_slice(sweeps))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
