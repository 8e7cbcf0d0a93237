use std::fmt::{self, Write as _};
use std::time::Duration;

use super::rule::Rule;
use crate::history::{FollowedPage, OldToken, Operation, Read, Search, Subject};

/// A part of the history that shows a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    Operation(Operation),
    FollowedPage(FollowedPage),
    Read(Read),
    Search(Search),
    OldToken(OldToken),
}

impl Evidence {
    /// When it started and ended.
    fn time(&self) -> (Duration, Duration) {
        match self {
            Self::Operation(Operation { start, end, .. })
            | Self::FollowedPage(FollowedPage { start, end, .. })
            | Self::Read(Read { start, end, .. })
            | Self::Search(Search { start, end, .. })
            | Self::OldToken(OldToken { start, end, .. }) => (*start, *end),
        }
    }
}

macro_rules! evidence_from {
    ($($kind:ident),*) => {
        $(impl From<&$kind> for Evidence {
            fn from(part: &$kind) -> Self {
                Self::$kind(part.clone())
            }
        })*
    };
}

evidence_from!(Operation, FollowedPage, Read, Search, OldToken);

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

    /// Adds evidence.
    pub(super) fn with(mut self, parts: impl IntoIterator<Item: Into<Evidence>>) -> Self {
        self.evidence.extend(parts.into_iter().map(Into::into));
        self.evidence.sort_by_key(Evidence::time);
        self
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(operation) => operation.fmt(f),
            Self::FollowedPage(page) => page.fmt(f),
            Self::Read(read) => read.fmt(f),
            Self::Search(search) => search.fmt(f),
            Self::OldToken(old) => old.fmt(f),
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
