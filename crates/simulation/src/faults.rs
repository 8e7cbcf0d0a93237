//! What goes wrong in a run, and when: [`Episode`]s plan [`Fault`]s, and each part of the region asks [`Faults`] what
//! happens to it now.

mod call_fault;
mod calls;
mod fault;
mod parts;
mod random;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use call_fault::{CallFault, EFFECT_HIDDEN};
pub(crate) use fault::{Episode, Fault, Service};
pub(crate) use random::random_episodes;

use crate::random::Random;

/// The body of a record that no version of the functions can read.
pub(crate) const UNREADABLE_RECORD: &str = r#"{"planted":"no function sent this record"}"#;
/// The name of unreadable records in the counts of faults.
pub(crate) const UNREADABLE_RECORDS: &str = "sqs: unreadable record";

/// The faults of a run. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    random: Random,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    episodes: Vec<Episode>,
    counts: BTreeMap<Arc<str>, u64>,
}

impl Faults {
    pub(crate) fn new(episodes: Vec<Episode>, random: Random) -> Self {
        Self { random, state: Arc::new(Mutex::new(State { episodes, ..State::default() })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans more episodes. Their times are since `start`.
    pub(crate) fn plan(&self, episodes: Vec<Episode>, start: Duration) {
        let shifted = episodes.into_iter().map(|episode| Episode {
            from: start + episode.from,
            to: start + episode.to,
            ..episode
        });
        self.lock().episodes.extend(shifted);
    }

    /// Ends all episodes, and cancels those that were planned for later.
    pub(crate) fn end(&self) {
        self.lock().episodes.clear();
    }

    /// How often each kind of fault was injected.
    pub(crate) fn counts(&self) -> BTreeMap<Arc<str>, u64> {
        self.lock().counts.clone()
    }

    /// Counts a fault of this kind.
    pub(crate) fn count(&self, kind: &str) {
        let mut state = self.lock();
        match state.counts.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = state.counts.insert(kind.into(), 1),
        }
    }

    /// The first result of `choose` among the faults planned for `now`.
    fn find<T>(&self, now: Duration, choose: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let state = self.lock();
        let present = state.episodes.iter().filter(|episode| (episode.from..episode.to).contains(&now));
        present.map(|episode| &episode.fault).find_map(choose)
    }
}
