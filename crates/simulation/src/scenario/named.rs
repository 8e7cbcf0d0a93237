use std::time::Duration;

use conversation::MAX_MISSING;

use super::{FaultPlan, Part, Scenario, faulty, loaded, random};
use crate::checker::Limits;
use crate::faults::Fault;
use crate::workload::{Arrivals, Setup, Stream, Work};

/// The account's limit of concurrent executions.
/// Source: "Lambda quotas" in the AWS Lambda developer guide.
const CONCURRENCY: u32 = 1_000;

/// These bounds say that something grows, not how fast it is.
pub(super) const LIMITS: Limits = Limits {
    records: 200_000,
    // What a count adds at once comes on top.
    ledger: 2 * MAX_MISSING,
    receives: 100,
    calls: 100,
    deleted_hits: None,
    readable: Some(Duration::from_secs(1)),
    busy_readable: Some(Duration::from_secs(10)),
};
/// While the tables or everything may be away, the design promises no delay.
pub(super) const WITHOUT_DELAYS: Limits = Limits { readable: None, busy_readable: None, ..LIMITS };

/// The applications and chats of most scenarios.
pub(super) const PLACES: Setup = Setup { applications: 20, chats: 500, busy_chat: false, messages: 0 };
pub(super) const WITH_BUSY_CHAT: Setup = Setup { busy_chat: true, ..PLACES };

/// Makes a scenario from a seed, which matters to the random ones only.
type Create = fn(u64) -> Scenario;

/// All scenarios by name.
const SCENARIOS: [(&str, Create); 14] = [
    ("steady", |_| loaded::steady()),
    ("flood", |_| loaded::flood()),
    ("opensearch-silent", |_| faulty::opensearch_silent()),
    ("slow-tables", |_| faulty::slow_tables()),
    ("tables-away", |_| faulty::tables_away()),
    ("sqs-throttled", |_| faulty::sqs_throttled()),
    ("big-deletion", |_| loaded::big_deletion()),
    ("ten-thousand-chats", |_| loaded::ten_thousand_chats()),
    ("poison", |_| faulty::poison()),
    ("kills", |_| faulty::kills()),
    ("writers-and-follower", |_| loaded::writers_and_follower()),
    ("rolling-deploy", |_| loaded::rolling_deploy()),
    ("calm", random::calm),
    ("random", random::random),
];

impl Scenario {
    /// The names of all scenarios.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SCENARIOS.into_iter().map(|(name, _)| name)
    }

    /// The scenario of this name. With `writes`, it is scaled to send about this many. `None` if there is no such
    /// scenario.
    #[must_use]
    pub fn named(name: &str, seed: u64, writes: Option<u32>) -> Option<Self> {
        let (name, create) = SCENARIOS.into_iter().find(|(known, _)| *known == name)?;
        let scenario = Self { name, ..create(seed) };
        Some(match writes {
            Some(writes) => scenario.scaled(writes),
            None => scenario,
        })
    }

    /// A scenario without faults, whose name is still to be set.
    pub(super) fn new(summary: &'static str, setup: Setup, streams: Vec<Stream>) -> Self {
        Self {
            name: "",
            summary,
            setup,
            streams,
            followers: 4,
            searchers: 2,
            readers: 2,
            unreadable_records: 0,
            concurrency: CONCURRENCY,
            limits: LIMITS,
            faults: FaultPlan::Nothing,
            deployment: None,
        }
    }

    /// The same with a fault during a part of the run.
    pub(super) fn with_fault(self, part: Part, fault: Fault) -> Self {
        Self { faults: FaultPlan::During(part, fault), ..self }
    }

    /// The same with about this many writes. What was prepared shrinks with them.
    fn scaled(mut self, writes: u32) -> Self {
        let factor = f64::from(writes) / f64::from(self.writes().max(1));
        // Durations multiply integers by fractions without casts.
        let scale = |count: u32| Duration::from_secs(count.into()).mul_f64(factor).as_secs();
        let scale = |count| u32::try_from(scale(count)).unwrap_or(u32::MAX).max(1);
        for stream in &mut self.streams {
            stream.writes = scale(stream.writes);
            stream.from = stream.from.mul_f64(factor);
        }
        if factor < 1.0 {
            self.setup.messages = self.setup.messages.min(scale(self.setup.messages));
            self.setup.chats = scale(self.setup.chats).max(self.setup.applications);
        }
        self
    }
}

/// Work that arrives at a rate a second, for some time.
pub(super) fn open(work: Work, rate: u32, minutes: u32) -> Stream {
    Stream { work, arrivals: Arrivals::Open { rate }, from: Duration::ZERO, writes: rate * minutes * 60 }
}
