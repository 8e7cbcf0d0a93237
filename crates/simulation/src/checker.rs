//! Judges a run: pure functions over its history and its final state. [`Rule`] lists what must hold.
//!
//! The tables are compared with what clients were told, everything else with the tables. A write with an unknown outcome
//! may have taken effect once or not at all.

mod after_deletion;
mod agreement;
mod bounds;
mod client_write;
mod contents;
mod creations;
mod dead_letters;
mod delays;
mod deletion;
mod evidence;
mod explanations;
mod followers;
mod gaps;
mod gone;
mod listing;
mod numbers;
mod old_tokens;
mod reads;
mod refusals;
mod retries;
mod rule;
mod searches;
#[cfg(test)]
mod tests;
mod value;
mod violation;
mod writes;

pub use bounds::Limits;
pub use rule::Rule;
pub use violation::{Evidence, Violation, describe};

use crate::history::{FinalState, History, Metrics};
use dead_letters::Unapplied;
use writes::Writes;

/// Everything that is wrong, in the order of rules and subjects. Empty if nothing is.
#[must_use]
pub fn check(history: &History, metrics: &Metrics, state: &FinalState, limits: &Limits) -> Vec<Violation> {
    let writes = Writes::of(history);
    let mut violations = retries::check(&writes);
    violations.extend(numbers::check(&writes, metrics, state));
    violations.extend(after_deletion::check(&writes));
    violations.extend(refusals::check(history, &writes));
    violations.extend(contents::check(&writes, state));
    violations.extend(agreement::check(&writes, state));
    violations.extend(followers::check(history, &writes, metrics, state));
    violations.extend(reads::check(history, &writes));
    violations.extend(gone::check(history, &writes));
    violations.extend(searches::check(history, &writes, limits));
    violations.extend(old_tokens::check(history));
    violations.extend(dead_letters::check(metrics, state));
    violations.extend(bounds::check(metrics, state, limits));
    violations.extend(delays::check(metrics, limits));
    let unapplied = Unapplied::of(state);
    violations.retain(|violation| !unapplied.explains(violation));
    violations.sort_by(|a, b| (a.rule, &a.subject).cmp(&(b.rule, &b.subject)));
    violations
}
