//! Which calls a function made: when, of what kind, and what they cost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One call that a stub answered.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// Such as `UpdateItem counters`.
    pub(crate) what: String,
    pub(crate) arrived: Instant,
    /// Just before the answer was written.
    pub(crate) left: Instant,
    pub(crate) cost: Cost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    OpenSearch,
}

/// What DynamoDB would charge, in request units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) write: f64,
    pub(crate) read: f64,
}

/// The calls since the last [`Recording::take`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Call>>>);

impl Recording {
    pub(crate) fn note(&self, call: Call) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    pub(crate) fn take(&self) -> Calls {
        let mut calls = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        calls.sort_by_key(|call| call.arrived);
        Calls(calls)
    }
}

/// The calls of one invocation, in the order in which they arrived.
#[derive(Debug)]
pub(crate) struct Calls(Vec<Call>);

impl Calls {
    pub(crate) fn of(&self, service: Service) -> usize {
        self.0.iter().filter(|call| call.service == service).count()
    }

    /// How many are of this kind, such as `_bulk`.
    pub(crate) fn called(&self, what: &str) -> usize {
        self.0.iter().filter(|call| call.what == what).count()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn cost(&self) -> Cost {
        let sum = |sum: Cost, call: &Call| Cost {
            write: sum.write + call.cost.write,
            read: sum.read + call.cost.read,
        };
        self.0.iter().fold(Cost::default(), sum)
    }

    /// For how long at least one call was with a stub.
    pub(crate) fn held(&self) -> Duration {
        let (mut held, mut until) = (Duration::ZERO, None::<Instant>);
        for call in &self.0 {
            let from = until.map_or(call.arrived, |until| until.max(call.arrived));
            held += call.left.saturating_duration_since(from);
            until = Some(until.map_or(call.left, |until| until.max(call.left)));
        }
        held
    }

    /// The rounds, one after the other; the calls of one round were with the stubs at once.
    pub(crate) fn rounds(&self) -> Vec<Vec<&Call>> {
        let mut rounds: Vec<Vec<&Call>> = Vec::new();
        for call in &self.0 {
            match rounds.last_mut() {
                Some(round) if round.iter().all(|other| call.arrived < other.left) => round.push(call),
                _ => rounds.push(vec![call]),
            }
        }
        rounds
    }

    /// The rounds in words, such as `UpdateItem counters, then SendMessage writes & PutItem counters`.
    pub(crate) fn story(&self) -> String {
        let rounds = self.rounds();
        let rounds: Vec<String> = rounds.iter().map(|round| at_once(round)).collect();
        let runs = rounds.chunk_by(|one, next| one == next).filter_map(|run| {
            let (round, times) = (run.first()?, run.len());
            Some(if times > 1 { format!("{round} {times} times") } else { round.clone() })
        });
        runs.collect::<Vec<_>>().join(", then ")
    }
}

fn at_once(round: &[&Call]) -> String {
    let mut names: Vec<&str> = round.iter().map(|call| call.what.as_str()).collect();
    names.sort_unstable();
    let kinds = names.chunk_by(|one, next| one == next).filter_map(|kind| {
        let (name, count) = (*kind.first()?, kind.len());
        Some(if count > 1 { format!("{count} at once of {name}") } else { name.to_owned() })
    });
    kinds.collect::<Vec<_>>().join(" & ")
}
