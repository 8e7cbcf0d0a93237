use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{ChatKey, MessageKey};

/// What the report and the checker need besides operations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics {
    /// The chat that the scenario floods; `None` if no chat differs from the others.
    pub busy_chat: Option<ChatKey>,
    /// One for each accepted message.
    pub visibility: Vec<Visibility>,
    /// At fixed intervals, in order.
    pub samples: Vec<Sample>,
    /// Requests that are billed.
    pub requests: BTreeMap<BilledService, u64>,
    /// Sum of the durations of all invocations times their memory.
    pub lambda_gb_seconds: f64,
    pub write_units: f64,
    pub read_units: f64,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<Arc<str>, u64>,
    /// The most records that each queue held.
    pub peak_records: BTreeMap<Arc<str>, usize>,
    /// The most revisions that one ledger listed as missing.
    pub peak_ledger: usize,
    /// The most receives of one record, by queue.
    pub peak_receives: BTreeMap<Arc<str>, u32>,
    /// The most AWS calls that one request of the API made.
    pub peak_calls: u32,
}

impl Metrics {
    /// When messages of the busy chat became visible, and those of all others.
    pub(crate) fn busy_and_others(&self) -> (Vec<&Visibility>, Vec<&Visibility>) {
        self.visibility.iter().partition(|message| Some(message.message.chat) == self.busy_chat)
    }
}

/// A service that AWS bills by use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BilledService {
    ApiGateway,
    DynamoDb,
    Lambda,
    Sqs,
}

/// When one message became visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    pub message: MessageKey,
    /// When the write was on the queue.
    pub accepted: Duration,
    /// When its row was stored; `None` if it was deleted before.
    pub readable: Option<Duration>,
    /// When a search could find it first; `None` if it was deleted before.
    pub searchable: Option<Duration>,
}

impl Visibility {
    /// How long after its acceptance it was readable.
    pub(crate) fn readable_after(&self) -> Option<Duration> {
        self.readable?.checked_sub(self.accepted)
    }

    /// How long after its acceptance it was searchable.
    pub(crate) fn searchable_after(&self) -> Option<Duration> {
        self.searchable?.checked_sub(self.accepted)
    }
}

/// The state of the region at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    pub at: Duration,
    /// Records in `writes.fifo`, waiting or in flight.
    pub writes: usize,
    /// Records in the queue `index`, waiting or in flight.
    pub index_requests: usize,
    /// Running invocations of API functions.
    pub api_concurrency: u32,
    /// Running invocations of `persist`, `reindex` and `sweep`.
    pub consumer_concurrency: u32,
}
