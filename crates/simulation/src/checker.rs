//! Judges a run: pure functions over its history and what it left behind.
//!
//! The tables are compared with what clients were told, everything else with the tables. A write with an unknown outcome
//! may have taken effect once or not at all.

mod agreement;
mod bounds;
mod client_write;
mod contents;
mod creations;
mod followers;
mod numbers;
mod retries;
#[cfg(test)]
mod tests;
mod violation;
mod writes;

pub use bounds::Limits;
pub use violation::{Evidence, Rule, Violation, describe};

use crate::history::{FinalState, History, Metrics};
use writes::Writes;

/// Everything that is wrong, in the order of rules and subjects. Empty if nothing is.
#[must_use]
pub fn check(history: &History, metrics: &Metrics, state: &FinalState, limits: &Limits) -> Vec<Violation> {
    let writes = Writes::of(history);
    let mut violations = Vec::new();
    violations.extend(retries::check(&writes));
    violations.extend(numbers::check(&writes));
    violations.extend(contents::check(&writes, state));
    violations.extend(agreement::check(&writes, state));
    violations.extend(followers::check(history, &writes, state));
    violations.extend(bounds::check(metrics, state, limits));
    violations.sort_by(|a, b| (a.rule, &a.subject).cmp(&(b.rule, &b.subject)));
    violations
}
