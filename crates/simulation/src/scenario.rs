//! The scenarios by name.

use crate::checker::Limits;
use crate::faults::{Episode, random_episodes};
use crate::random::Random;
use crate::workload::Load;

/// The account's limit of concurrent executions.
/// Source: "Lambda quotas" in the AWS Lambda developer guide.
const CONCURRENCY: u32 = 1_000;

/// What happens in a run, but for its seed.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub load: Load,
    pub followers: u32,
    /// How many unreadable records are put on the queue of writes.
    pub unreadable_records: u32,
    pub concurrency: u32,
    pub limits: Limits,
}

impl Scenario {
    /// Writes of every kind, and faults of every kind. The seed decides which and when, and how fast the writes arrive.
    #[must_use]
    pub fn random(seed: u64, writes: u64) -> Self {
        let random = Random::new(seed.rotate_left(32));
        let rate = [5.0, 20.0, 60.0, 150.0];
        Self {
            name: "random",
            load: Load { writes, rate: random.pick(&rate).copied().unwrap_or(20.0) },
            followers: 4,
            unreadable_records: 2,
            concurrency: CONCURRENCY,
            // A run of any length with every fault at once: these bounds say that something grows, not how fast it is.
            limits: Limits { records: 200_000, ledger: 1_000, receives: 100, calls: 100 },
        }
    }

    /// The same in a region without faults.
    #[must_use]
    pub fn calm(writes: u64) -> Self {
        Self { name: "calm", unreadable_records: 0, ..Self::random(1, writes) }
    }

    /// When what goes wrong.
    #[must_use]
    pub fn episodes(&self, random: &Random) -> Vec<Episode> {
        match self.name {
            "calm" => Vec::new(),
            _ => random_episodes(random, self.load.length()),
        }
    }
}
