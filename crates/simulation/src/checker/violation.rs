use std::fmt::{self, Write as _};

use crate::history::{Observation, Operation, Subject};

/// What must hold. The numbers are those of the invariants in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// 3: a write that was accepted takes effect.
    AcceptedWriteLost,
    /// 3: a write that was refused takes no effect.
    RefusedWriteApplied,
    /// 3: what is stored was asked for.
    Unexplained,
    /// 3: what is stored, and what a reply shows, is what was sent.
    WrongContent,
    /// 5: a write takes effect once, and all attempts under one `Idempotency-Key` are one write.
    AppliedTwice,
    /// 1: a number belongs to one creation.
    NumberRepeated,
    /// 1: a creation that was sent after another one was accepted has a higher number.
    NumbersOutOfOrder,
    /// 4: a write that was sent after another one was accepted takes effect after it.
    WritesOutOfOrder,
    /// 6: what is deleted stays deleted.
    DeletedIsBack,
    /// 2: what is deleted accepts nothing.
    AcceptedAfterDeletion,
    /// 5: a count is the number of readable rows.
    CountDiffers,
    /// The API shows what the tables contain.
    ApiDiffers,
    /// 7: the index contains what the tables contain.
    IndexDiffers,
    /// 4: a message that was accepted before another one was sent is readable before it.
    ReadableOutOfOrder,
    /// A follower sees every message. It misses one if two creations overlap and the higher number is stored first.
    FollowerMissed,
    /// 13: nothing reaches a dead-letter queue, except unreadable records.
    DeadLettered,
    /// Without faults, the queues drain.
    NotDrained,
    /// 14: queues, ledgers and retries are bounded.
    Unbounded,
}

impl Rule {
    /// Whether the rule is about safety (invariants 1 to 9), not liveness.
    #[must_use]
    pub fn is_safety(self) -> bool {
        !matches!(self, Self::FollowerMissed | Self::DeadLettered | Self::NotDrained | Self::Unbounded)
    }
}

/// A part of the history that shows a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    Operation(Operation),
    Observation(Observation),
}

impl From<&Operation> for Evidence {
    fn from(operation: &Operation) -> Self {
        Self::Operation(operation.clone())
    }
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub rule: Rule,
    pub subject: Subject,
    /// What was found, as one sentence without a full stop.
    pub finding: String,
    /// The shortest part of the history that shows it, in the order of time. Empty if the final state alone shows it.
    pub evidence: Vec<Evidence>,
}

impl Violation {
    pub(super) fn new(rule: Rule, subject: Subject, finding: impl Into<String>) -> Self {
        Self { rule, subject, finding: finding.into(), evidence: Vec::new() }
    }

    pub(super) fn with<'h>(mut self, operations: impl IntoIterator<Item = &'h Operation>) -> Self {
        let mut operations: Vec<_> = operations.into_iter().collect();
        operations.sort_by_key(|operation| (operation.start, operation.end));
        self.evidence.extend(operations.into_iter().map(Evidence::from));
        self
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(operation) => operation.fmt(f),
            Self::Observation(observation) => observation.fmt(f),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.rule, self.subject, self.finding)?;
        self.evidence.iter().try_for_each(|evidence| write!(f, "\n    {evidence}"))
    }
}

/// The violations as text: of each rule, the `examples` with the shortest evidence, and how many there are.
#[must_use]
pub fn describe(violations: &[Violation], examples: usize) -> String {
    let mut text = String::new();
    for group in violations.chunk_by(|a, b| a.rule == b.rule) {
        let mut shortest: Vec<_> = group.iter().collect();
        shortest.sort_by_key(|violation| violation.evidence.len());
        for violation in shortest.into_iter().take(examples) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{violation}");
        }
        if let (Some(first), true) = (group.first(), group.len() > examples) {
            let _ = writeln!(text, "{:?}: {} violations in all", first.rule, group.len());
        }
    }
    text
}
