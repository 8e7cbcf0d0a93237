//! What goes wrong in a run, and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::random::Random;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks before the call has an effect.
    NotReceived,
    /// The call has its effect, but the connection breaks before the reply.
    ReplyLost,
    /// The service refuses the call: too many requests.
    Throttled,
    /// The service replies with a 5xx; the call has no effect.
    ServerError,
    /// Nobody replies; the call has no effect.
    Silent,
    /// Nobody replies in time, and the call has its effect after this.
    Late(Duration),
}

impl Fault {
    fn kind(self) -> &'static str {
        match self {
            Self::NotReceived => "call not received",
            Self::ReplyLost => "reply lost after the effect",
            Self::Throttled => "call throttled",
            Self::ServerError => "5xx",
            Self::Silent => "no reply, no effect",
            Self::Late(_) => "no reply, late effect",
        }
    }
}

/// The services that faults tell apart.
pub const SERVICES: [&str; 3] = ["dynamodb", "sqs", "opensearch"];

/// What may go wrong during an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trouble {
    /// Calls to a service have a fault with this probability.
    Calls { service: &'static str, fault: Fault, probability: f64 },
    /// Calls to a service take this much longer.
    Slow { service: &'static str, by: Duration },
    /// OpenSearch refuses an item of a bulk request with this probability.
    RefusedItems { probability: f64 },
    /// An invocation is killed within its first two seconds with this probability.
    Kills { probability: f64 },
    /// A client loses the reply to a request with this probability.
    LostResponses { probability: f64 },
    /// Lambda does not delete a batch that succeeded, with this probability: its records are delivered again.
    KeptBatches { probability: f64 },
}

/// Trouble for some time of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    pub from: Duration,
    pub to: Duration,
    pub trouble: Trouble,
}

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
    pub fn new(random: Random) -> Self {
        Self { random, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans trouble. The times of the episodes are since `start`.
    pub fn plan(&self, episodes: Vec<Episode>, start: Duration) {
        let shifted =
            episodes.into_iter().map(|episode| Episode { from: start + episode.from, to: start + episode.to, ..episode });
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

    fn count(&self, kind: &str) {
        *self.lock().counts.entry(kind.into()).or_default() += 1;
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
            _ => None,
        })?;
        self.count(&format!("{service}: {}", fault.kind()));
        Some(fault)
    }

    /// How much longer a call takes.
    #[must_use]
    pub(crate) fn delay(&self, service: &str, now: Duration) -> Duration {
        let delay = self.find(now, |trouble| match trouble {
            Trouble::Slow { service: of, by } if *of == service => Some(*by),
            _ => None,
        });
        if delay.is_some() {
            self.count(&format!("{service}: slow call"));
        }
        delay.unwrap_or_default()
    }

    #[must_use]
    pub(crate) fn refuses_item(&self, now: Duration) -> bool {
        let probability = self.find(now, |trouble| match trouble {
            Trouble::RefusedItems { probability } => Some(*probability),
            _ => None,
        });
        self.happens(probability, "opensearch: item refused with 429")
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

/// Episodes that a seed decides, all within `length` from the start.
#[must_use]
pub fn random_episodes(random: &Random, length: Duration) -> Vec<Episode> {
    let count = 4 + random.below(12);
    (0..count)
        .map(|_| {
            let from = length.mul_f64(random.unit());
            let to = (from + random.between(Duration::from_secs(1), length / 4)).min(length);
            Episode { from, to, trouble: random_trouble(random) }
        })
        .collect()
}

fn random_trouble(random: &Random) -> Trouble {
    let service = random.pick(&SERVICES).copied().unwrap_or("dynamodb");
    // Rare, frequent, or always: an outage.
    let probability = match random.below(6) {
        0 => 1.0,
        1 | 2 => 0.3 * random.unit(),
        _ => 0.05 * random.unit(),
    };
    match random.below(12) {
        0..=6 => {
            let late = random.between(Duration::from_millis(100), Duration::from_secs(12));
            let faults = [
                Fault::NotReceived,
                Fault::ReplyLost,
                Fault::Throttled,
                Fault::ServerError,
                Fault::Silent,
                Fault::Late(late),
            ];
            let fault = random.pick(&faults).copied().unwrap_or(Fault::Throttled);
            Trouble::Calls { service, fault, probability }
        }
        7 => Trouble::Slow {
            service,
            by: random.between(Duration::from_millis(50), Duration::from_millis(3_500)),
        },
        8 => Trouble::RefusedItems { probability },
        9 => Trouble::Kills { probability: probability / 2.0 },
        10 => Trouble::LostResponses { probability },
        _ => Trouble::KeptBatches { probability: probability / 2.0 },
    }
}
