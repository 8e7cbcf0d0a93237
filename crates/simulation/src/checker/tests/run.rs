//! Runs of a store that makes no mistakes.

use std::time::Duration;

use proptest::prelude::*;

use super::model::Model;
use super::plan::{Ending, Plan};
use crate::checker::Limits;
use crate::history::{FinalState, History, Metrics, Outcome, Uncertainty};

pub(super) const LIMITS: Limits = Limits {
    records: 10,
    ledger: 10,
    receives: 10,
    calls: 10,
    deleted_hits: Some(Duration::from_mins(1)),
    readable: Some(Duration::from_secs(1)),
    busy_readable: Some(Duration::from_secs(10)),
};

#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) history: History,
    pub(super) metrics: Metrics,
    pub(super) state: FinalState,
}

impl Run {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut model = Model::default();
        model.step(0, 0, Ending::Accepted);
        model.step(3, 0, Ending::Accepted);
        for &(kind, target, ending) in &plan.0 {
            model.step(kind, target, ending);
        }
        model.end()
    }

    /// A run with every kind of write and every ending. Chat 1 of application 1 has these messages: 1 and 2 unchanged, 3
    /// updated twice, 4 deleted, 5 accepted under a key, 6 with an unknown outcome, 7 unchanged.
    pub(super) fn sample() -> Self {
        use Ending::{Accepted, Lost, Refused, Repeated};
        let mut model = Model::default();
        let steps = [
            (0, 0, Accepted), // application 1
            (3, 0, Accepted), // chat 1
            (5, 0, Accepted),
            (5, 0, Accepted),
            (5, 0, Accepted),
            (5, 0, Accepted),
            (8, 0, Accepted),
            (5, 0, Repeated { effect: true }),
            (5, 0, Lost { effect: true }),
            (5, 0, Lost { effect: false }),
            (5, 0, Refused),
            (5, 0, Accepted),
            (6, 2, Accepted),
            (6, 2, Accepted),
            (6, 2, Refused),
            (7, 3, Accepted),
            (8, 0, Accepted),
            (3, 0, Accepted), // chat 2
            (5, 1, Accepted),
            (4, 1, Accepted),
            (0, 0, Accepted), // application 2
            (3, 1, Accepted),
            (11, 1, Accepted),
            (2, 1, Accepted),
            (1, 0, Accepted),
            (9, 0, Accepted),
            (10, 3, Accepted),
        ];
        for (kind, target, ending) in steps {
            model.step(kind, target, ending);
        }
        model.end()
    }

    /// Makes the outcome of an accepted attempt unknown.
    pub(super) fn make_unknown(&mut self, position: prop::sample::Index) {
        let mut accepted: Vec<_> =
            self.history.operations.iter_mut().filter(|operation| operation.is_accepted()).collect();
        position.get_mut(&mut accepted).outcome = Outcome::Unknown(Uncertainty::NoReply);
    }
}
