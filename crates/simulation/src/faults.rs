//! What goes wrong in a run, and when.

mod random;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use random::random_episodes;
pub use trouble::{Episode, Fault, SERVICES, Trouble};

use crate::random::Random;

/// How much longer a call may take in a brownout.
const BROWNOUT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

/// A plan of faults. Clones share it.
#[derive(Debug, Clone)]
pub struct Faults {
    random: Random,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    episodes: Vec<Episode>,
    counts: BTreeMap<Arc<str>, u64>,
}

impl Faults {
    #[must_use]
    pub fn new(episodes: Vec<Episode>, random: Random) -> Self {
        Self { random, state: Arc::new(Mutex::new(State { episodes, ..State::default() })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans more trouble. The times of the episodes are since `start`.
    pub fn plan(&self, episodes: Vec<Episode>, start: Duration) {
        let shifted = episodes.into_iter().map(|episode| Episode {
            from: start + episode.from,
            to: start + episode.to,
            ..episode
        });
        self.lock().episodes.extend(shifted);
    }

    /// Ends all trouble, now and later.
    pub fn end(&self) {
        self.lock().episodes.clear();
    }

    /// How often each kind of fault was injected.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Arc<str>, u64> {
        self.lock().counts.clone()
    }

    /// The first trouble of this moment that `choose` accepts.
    fn find<T>(&self, now: Duration, choose: impl Fn(&Trouble) -> Option<T>) -> Option<T> {
        let state = self.lock();
        let present = state.episodes.iter().filter(|episode| (episode.from..episode.to).contains(&now));
        present.map(|episode| &episode.trouble).find_map(choose)
    }

    /// Counts a fault of this kind.
    pub(crate) fn count(&self, kind: &str) {
        let mut state = self.lock();
        match state.counts.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = state.counts.insert(kind.into(), 1),
        }
    }

    /// Counts a fault of this kind if it happens.
    fn happens(&self, probability: Option<f64>, kind: &str) -> bool {
        let happens = probability.is_some_and(|probability| self.random.chance(probability));
        if happens {
            self.count(kind);
        }
        happens
    }

    /// What goes wrong with a call that is made now.
    #[must_use]
    pub(crate) fn on_call(&self, service: &str, now: Duration) -> Option<Fault> {
        let fault = self.find(now, |trouble| match trouble {
            Trouble::Calls { service: of, fault, probability }
                if *of == service && self.random.chance(*probability) =>
            {
                Some(*fault)
            }
            Trouble::Brownout { service: of, probability }
                if *of == service && self.random.chance(*probability) =>
            {
                let faults = [Fault::Throttled, Fault::ServerError, Fault::ServerErrorAfterEffect];
                self.random.pick(&faults).copied()
            }
            _ => None,
        })?;
        self.count(&format!("{service}: {}", fault.kind()));
        Some(fault)
    }

    /// What happens to a call over a connection that died while its sandbox was frozen: it is refused or gets no reply.
    #[must_use]
    pub(crate) fn on_dead_connection(&self, service: &str) -> Fault {
        self.count(&format!("{service}: dead connection after a freeze"));
        if self.random.chance(0.5) { Fault::NotReceived } else { Fault::Silent }
    }

    /// How much longer a call takes.
    #[must_use]
    pub(crate) fn delay(&self, service: &str, now: Duration) -> Duration {
        let delay = self.find(now, |trouble| match trouble {
            Trouble::Slow { service: of, by } if *of == service => Some(*by),
            Trouble::Brownout { service: of, probability }
                if *of == service && self.random.chance(*probability) =>
            {
                Some(self.random.between(BROWNOUT.0, BROWNOUT.1))
            }
            _ => None,
        });
        if delay.is_some() {
            self.count(&format!("{service}: slow call"));
        }
        delay.unwrap_or_default()
    }

    /// How many sends a second each FIFO queue takes while it warms up.
    #[must_use]
    pub(crate) fn queue_warm_up(&self, now: Duration) -> Option<u32> {
        self.find(now, |trouble| match trouble {
            Trouble::QueueWarmUp { sends_per_second } => Some(*sends_per_second),
            _ => None,
        })
    }

    #[must_use]
    pub(crate) fn refuses_item(&self, now: Duration) -> bool {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::RefusedItems { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "opensearch: item refused with 429")
    }

    /// How many documents a second OpenSearch indexes.
    #[must_use]
    pub(crate) fn bulk_limit(&self, now: Duration) -> Option<u32> {
        self.find(now, |trouble| match trouble {
            Trouble::BulkLimit { documents_per_second } => Some(*documents_per_second),
            _ => None,
        })
    }

    /// When the index was lost until now, in order.
    #[must_use]
    pub(crate) fn index_losses(&self, now: Duration) -> Vec<Duration> {
        let state = self.lock();
        let losses = state.episodes.iter().filter(|episode| episode.trouble == Trouble::IndexLost);
        let mut losses: Vec<Duration> = losses.map(|episode| episode.from).filter(|at| *at <= now).collect();
        losses.sort();
        losses
    }

    /// After how long an invocation that starts now is killed, if it still runs then.
    #[must_use]
    pub(crate) fn kills_invocation(&self, now: Duration) -> Option<Duration> {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::Kills { probability } => Some(*probability),
            _ => None,
        });
        let probability = probability?;
        self.random.chance(probability).then(|| {
            let longest = if self.random.chance(0.5) { 50 } else { 2_000 };
            self.random.between(Duration::from_millis(1), Duration::from_millis(longest))
        })
    }

    pub(crate) fn count_kill(&self) {
        self.count("lambda: invocation killed");
    }

    /// Whether the connections of a sandbox that was frozen for long are dead. Calls over them are counted, not this.
    #[must_use]
    pub(crate) fn kills_connections(&self, now: Duration) -> bool {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::DeadConnections { probability } => Some(*probability),
            _ => None,
        });
        probability.is_some_and(|probability| self.random.chance(probability))
    }

    #[must_use]
    pub(crate) fn loses_response(&self, now: Duration) -> bool {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::LostResponses { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "client: response lost")
    }

    #[must_use]
    pub(crate) fn keeps_batch(&self, now: Duration) -> bool {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::KeptBatches { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "lambda: batch not deleted after success")
    }
}
