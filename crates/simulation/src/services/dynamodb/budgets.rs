use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use simulated_aws::Units;

/// The most units a second of one partition. The simulation keeps each partition key in a partition of its own.
/// Source: "Best practices for designing and using partition keys effectively in DynamoDB" in the Amazon DynamoDB
/// developer guide.
const WRITE_UNITS: f64 = 1_000.0;
const READ_UNITS: f64 = 3_000.0;
/// From how many budgets on those are dropped that are full again.
const REMEMBERED: usize = 100_000;

/// What a call does to a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    Read,
    Write,
}

/// A partition of a table by its key, or a global secondary index, whose writes count as those of one partition: the one
/// index of the template has a single partition key.
pub(super) type Partition = (String, String);

/// The partitions that a call touches, and how.
pub(super) type Partitions = BTreeSet<(Partition, Access)>;

/// What is left of a partition's units.
#[derive(Debug, Clone, Copy)]
struct Budget {
    write: f64,
    read: f64,
    at: Duration,
}

impl Budget {
    fn full(at: Duration) -> Self {
        Self { write: WRITE_UNITS, read: READ_UNITS, at }
    }

    /// The budget at a later moment: units that were not used are lost after a second.
    fn refilled(self, now: Duration) -> Self {
        let seconds = now.saturating_sub(self.at).as_secs_f64();
        Self {
            write: (self.write + WRITE_UNITS * seconds).min(WRITE_UNITS),
            read: (self.read + READ_UNITS * seconds).min(READ_UNITS),
            at: now,
        }
    }
}

/// The budgets of all partitions. One that is missing is full.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    budgets: HashMap<Partition, Budget>,
    swept: Duration,
}

impl Budgets {
    fn budget(&self, partition: &Partition, now: Duration) -> Budget {
        self.budgets.get(partition).map_or_else(|| Budget::full(now), |budget| budget.refilled(now))
    }

    pub(super) fn is_spent(&self, partition: &Partition, access: Access, now: Duration) -> bool {
        let budget = self.budget(partition, now);
        match access {
            Access::Read => budget.read <= 0.0,
            Access::Write => budget.write <= 0.0,
        }
    }

    pub(super) fn spend(&mut self, partition: Partition, units: Units, now: Duration) {
        self.forget_full(now);
        let mut budget = self.budget(&partition, now);
        budget.write -= units.write;
        budget.read -= units.read;
        self.budgets.insert(partition, budget);
    }

    fn forget_full(&mut self, now: Duration) {
        let is_due = now.saturating_sub(self.swept) >= Duration::from_secs(1);
        if self.budgets.len() > REMEMBERED && is_due {
            self.swept = now;
            self.budgets.retain(|_, budget| {
                let budget = budget.refilled(now);
                budget.write < WRITE_UNITS || budget.read < READ_UNITS
            });
        }
    }
}
