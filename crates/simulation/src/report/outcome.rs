use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Report;
use super::numbers::{grouped, number};
use crate::checker::{Rule, Violation, check, describe};
use crate::run::Run;
use crate::scenario::Scenario;

/// How many violations of each rule of safety, and of liveness, are shown.
const SAFETY_EXAMPLES: usize = 3;
const LIVENESS_EXAMPLES: usize = 1;

/// What is kept of a run: not its history, which may fill gigabytes.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// The scenario's name.
    pub scenario: String,
    pub seed: u64,
    pub report: Report,
    pub operations: u64,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<Arc<str>, u64>,
    /// How often each rule was broken.
    pub broken: BTreeMap<Rule, u64>,
    /// Examples of violations of safety rules; empty if there are none.
    pub safety: String,
    /// Examples of violations of liveness rules; empty if there are none.
    pub liveness: String,
    /// A hash of the trace.
    pub digest: u64,
    /// In virtual time.
    pub length: Duration,
    /// In real time.
    pub took: Duration,
}

impl RunOutcome {
    /// Judges a run of a scenario, which took `took` in real time.
    #[must_use]
    pub fn of(run: &Run, scenario: &Scenario, seed: u64, took: Duration) -> Self {
        let Run { history, metrics, state, trace, length } = run;
        let violations = check(history, metrics, state, &scenario.limits);
        let report = Report::new(history, metrics, state, &violations);
        let mut broken = BTreeMap::new();
        for violation in &violations {
            *broken.entry(violation.rule).or_default() += 1;
        }
        let (safety, liveness): (Vec<Violation>, _) =
            violations.into_iter().partition(|violation| violation.rule.is_safety());
        Self {
            scenario: scenario.name.to_string(),
            seed,
            report,
            operations: number(history.measured_operations().count()),
            faults: metrics.faults.clone(),
            broken,
            safety: describe(&safety, SAFETY_EXAMPLES),
            liveness: describe(&liveness, LIVENESS_EXAMPLES),
            digest: trace.digest(),
            length: *length,
            took,
        }
    }

    /// Whether no safety rule is broken.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.report.safety_violations == 0
    }
}

/// Rules and how often they are broken.
pub(super) fn list(broken: &BTreeMap<Rule, u64>) -> String {
    let rules = broken.iter().map(|(rule, count)| format!("{rule:?} {}", grouped(*count)));
    rules.collect::<Vec<_>>().join(", ")
}

/// One line.
impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, seed, report, operations, broken, digest, length, took, .. } = self;
        let [accepted, operations, faults] = [report.accepted, *operations, report.faults].map(grouped);
        let (length, took) = (length.as_secs_f64(), took.as_secs_f64());
        write!(
            f,
            "{scenario} seed {seed}: {accepted} writes accepted in {operations} operations, {faults} faults, \
             {length:.0} s in {took:.1} s, trace {digest:016x}, "
        )?;
        if broken.is_empty() { f.write_str("no violations") } else { f.write_str(&list(broken)) }
    }
}
