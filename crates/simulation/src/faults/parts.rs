//! Faults of single parts of the region: what each part asks.

use std::time::Duration;

use super::{Fault, Faults};

/// An invocation is killed at a random moment after its start. Half of the kills come early, between the first calls.
const EARLIEST_KILL: Duration = Duration::from_millis(1);
const EARLY_KILL: Duration = Duration::from_millis(50);
const LATEST_KILL: Duration = Duration::from_secs(2);

impl Faults {
    /// How many sends a second each FIFO queue takes while it warms up; `None` if it takes all.
    pub(crate) fn queue_warm_up(&self, now: Duration) -> Option<u32> {
        self.find(now, |fault| match fault {
            Fault::QueueWarmUp { sends_per_second } => Some(*sends_per_second),
            _ => None,
        })
    }

    /// Whether OpenSearch refuses an item of a bulk request.
    pub(crate) fn refuses_item(&self, now: Duration) -> bool {
        let probability = self.find(now, |fault| match fault {
            Fault::RefusedItems { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "opensearch: item refused with 429")
    }

    /// How many documents a second OpenSearch indexes; `None` if it indexes all.
    pub(crate) fn bulk_limit(&self, now: Duration) -> Option<u32> {
        self.find(now, |fault| match fault {
            Fault::BulkLimit { documents_per_second } => Some(*documents_per_second),
            _ => None,
        })
    }

    /// When the index was lost until now, in order.
    pub(crate) fn index_losses(&self, now: Duration) -> Vec<Duration> {
        let state = self.lock();
        let losses = state.episodes.iter().filter(|episode| episode.fault == Fault::IndexLost);
        let mut losses: Vec<Duration> = losses.map(|episode| episode.from).filter(|at| *at <= now).collect();
        losses.sort();
        losses
    }

    /// After how long an invocation that starts now is killed, if it still runs then. [`Faults::count_kill`] counts it.
    pub(crate) fn kills_invocation(&self, now: Duration) -> Option<Duration> {
        let probability = self.find(now, |fault| match fault {
            Fault::Kills { probability } => Some(*probability),
            _ => None,
        })?;
        self.random.chance(probability).then(|| {
            let latest = if self.random.chance(0.5) { EARLY_KILL } else { LATEST_KILL };
            self.random.between(EARLIEST_KILL, latest)
        })
    }

    pub(crate) fn count_kill(&self) {
        self.count("lambda: invocation killed");
    }

    /// Whether the connections of a sandbox that was frozen for long are dead. Only the calls over them are counted.
    pub(crate) fn kills_connections(&self, now: Duration) -> bool {
        let probability = self.find(now, |fault| match fault {
            Fault::DeadConnections { probability } => Some(*probability),
            _ => None,
        });
        probability.is_some_and(|probability| self.random.chance(probability))
    }

    /// Whether a client loses a response.
    pub(crate) fn loses_response(&self, now: Duration) -> bool {
        let probability = self.find(now, |fault| match fault {
            Fault::LostResponses { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "client: response lost")
    }

    /// Whether Lambda does not delete a batch that succeeded.
    pub(crate) fn keeps_batch(&self, now: Duration) -> bool {
        let probability = self.find(now, |fault| match fault {
            Fault::KeptBatches { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "lambda: batch not deleted after success")
    }

    /// Whether a fault with this probability happens. Counts it if it does.
    fn happens(&self, probability: Option<f64>, kind: &str) -> bool {
        let happens = probability.is_some_and(|probability| self.random.chance(probability));
        if happens {
            self.count(kind);
        }
        happens
    }
}
