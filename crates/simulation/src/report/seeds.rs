use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::numbers::{grouped, number};
use super::outcome::{RunOutcome, list};
use crate::checker::Rule;

/// Runs of one scenario with several seeds. Its display is Markdown: a table of results and one of faults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seeds {
    numbers: Vec<u64>,
    accepted: u64,
    operations: u64,
    faults: BTreeMap<Arc<str>, u64>,
    broken: BTreeMap<Rule, u64>,
    length: Duration,
    /// Of the runs one after the other.
    computed: Duration,
    /// In real time, with several runs at once.
    took: Duration,
}

impl Seeds {
    /// `took` is the real time of all runs together.
    #[must_use]
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a RunOutcome>, took: Duration) -> Self {
        let mut all = Self { took, ..Self::default() };
        for outcome in outcomes {
            all.numbers.push(outcome.seed);
            all.accepted += outcome.report.accepted;
            all.operations += outcome.operations;
            all.length += outcome.length;
            all.computed += outcome.took;
            for (kind, count) in &outcome.faults {
                *all.faults.entry(Arc::clone(kind)).or_default() += count;
            }
            for (rule, count) in &outcome.broken {
                *all.broken.entry(*rule).or_default() += count;
            }
        }
        all.numbers.sort_unstable();
        all
    }

    /// Rules of safety, or of liveness, and how often they are broken.
    fn broken(&self, safety: bool) -> String {
        let broken = self.broken.iter().filter(|(rule, _)| rule.is_safety() == safety);
        let broken: BTreeMap<Rule, u64> = broken.map(|(rule, count)| (*rule, *count)).collect();
        if broken.is_empty() { "none".to_owned() } else { list(&broken) }
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.numbers.first().unwrap_or(&0), self.numbers.last().unwrap_or(&0));
        let (took, computed) = (self.took.as_secs_f64(), self.computed.as_secs_f64());
        writeln!(f, "| what | result |\n|---|---|")?;
        writeln!(f, "| seeds | {} ({first} to {last}) |", grouped(number(self.numbers.len())))?;
        writeln!(f, "| writes accepted | {} |", grouped(self.accepted))?;
        writeln!(f, "| operations | {} |", grouped(self.operations))?;
        writeln!(f, "| virtual time | {} s |", grouped(self.length.as_secs()))?;
        writeln!(f, "| real time | {took:.0} s ({computed:.0} s of all runs) |")?;
        writeln!(f, "| faults | {} |", grouped(self.faults.values().sum()))?;
        writeln!(f, "| safety violations | {} |", self.broken(true))?;
        writeln!(f, "| liveness violations | {} |", self.broken(false))?;
        if self.faults.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n| fault | how often |\n|---|---|")?;
        self.faults.iter().try_for_each(|(kind, count)| writeln!(f, "| {kind} | {} |", grouped(*count)))
    }
}
