//! Queues drain, and nothing grows without bound.

use std::fmt;
use std::time::Duration;

use super::rule::Rule;
use super::violation::Violation;
use crate::history::{FinalState, Metrics, Subject};

/// The limits of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Records in one queue.
    pub records: usize,
    /// Revisions that one ledger lists as missing.
    pub ledger: usize,
    /// Receives of one record.
    pub receives: u32,
    /// AWS calls of one request of the API.
    pub calls: u32,
    /// How long after its deletion a search may find a message. `None` if OpenSearch may be away: nothing bounds it then.
    pub deleted_hits: Option<Duration>,
    /// From accepted to readable, for 99 % of the messages in all chats but the busy one, and in the busy one. `None` if the
    /// design promises nothing.
    pub readable: Option<Duration>,
    pub busy_readable: Option<Duration>,
}

pub(super) fn check(metrics: &Metrics, state: &FinalState, limits: &Limits) -> Vec<Violation> {
    let left = state.queues.iter().filter(|queue| queue.records > 0).map(|queue| {
        let finding = format!("{} records are left", queue.records);
        Violation::new(Rule::NotDrained, Subject::Queue(queue.queue.clone()), finding)
    });
    let mut violations: Vec<Violation> = left.collect();
    for (queue, records) in &metrics.peak_records {
        let subject = Subject::Queue(queue.clone());
        violations.extend(bound(subject, "records in the queue", *records, limits.records));
    }
    for (queue, receives) in &metrics.peak_receives {
        let subject = Subject::Queue(queue.clone());
        violations.extend(bound(subject, "receives of one record", *receives, limits.receives));
    }
    violations.extend(bound(Subject::Region, "AWS calls of one request", metrics.peak_calls, limits.calls));
    violations.extend(bound(
        Subject::Region,
        "revisions missing in a ledger",
        metrics.peak_ledger,
        limits.ledger,
    ));
    violations.extend(state.ledgers.iter().filter_map(|ledger| {
        bound(ledger.parent.clone(), "revisions missing in the ledger", ledger.missing, limits.ledger)
    }));
    violations
}

fn bound<N: Copy + PartialOrd + fmt::Display>(
    subject: Subject,
    what: &str,
    peak: N,
    limit: N,
) -> Option<Violation> {
    let finding = || format!("{what}: {peak}, at most {limit}");
    (peak > limit).then(|| Violation::new(Rule::Unbounded, subject, finding()))
}
