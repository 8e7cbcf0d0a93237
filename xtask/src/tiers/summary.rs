//! The outcome of each tier.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::{Result, bail};

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) tier: String,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// What was checked passed. The text says what was not checked, and why.
    PassedInPart(String),
    Failed,
    /// A cheaper tier failed, so this one was skipped.
    NotRun,
}

impl Outcome {
    pub(crate) fn of(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }

    /// The outcome of a tier that could not check everything. Prints what it did not check, and why.
    pub(crate) fn of_part(passed: bool, unchecked: String) -> Self {
        println!("NOT CHECKED: {unchecked}");
        if passed { Self::PassedInPart(unchecked) } else { Self::Failed }
    }

    pub(crate) fn has_passed(&self) -> bool {
        matches!(self, Self::Passed | Self::PassedInPart(_))
    }
}

impl Display for Outcome {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => formatter.write_str("passed"),
            Self::PassedInPart(unchecked) => write!(formatter, "passed, in part not checked: {unchecked}"),
            Self::Failed => formatter.write_str("FAILED"),
            Self::NotRun => formatter.write_str("not run, since a cheaper tier failed"),
        }
    }
}

/// Prints the summary; fails if a tier failed.
pub(crate) fn summarize(lines: &[Line]) -> Result<()> {
    println!("\n── summary ──");
    for Line { tier, outcome, took } in lines {
        println!("{tier:>12}  {:>6.1} s  {outcome}", took.as_secs_f64());
    }
    let total: Duration = lines.iter().map(|line| line.took).sum();
    println!("{:>12}  {:>6.1} s", "all", total.as_secs_f64());
    let failed = lines.iter().filter(|line| line.outcome == Outcome::Failed);
    let failed: Vec<&str> = failed.map(|line| line.tier.as_str()).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome) -> Line {
        Line { tier: "unit".into(), outcome, took: Duration::ZERO }
    }

    #[test]
    fn one_failed_tier_fails_the_run() {
        assert!(summarize(&[line(Outcome::Passed)]).is_ok());
        assert!(summarize(&[line(Outcome::Passed), line(Outcome::Failed), line(Outcome::NotRun)]).is_err());
    }

    #[test]
    fn a_tier_that_checks_in_part_passes_and_says_what_it_did_not_check() {
        let outcome = Outcome::of_part(true, "known vulnerabilities, since …".into());
        assert_eq!(outcome.to_string(), "passed, in part not checked: known vulnerabilities, since …");
        assert!(outcome.has_passed());
        assert!(summarize(&[line(outcome)]).is_ok());
        assert_eq!(Outcome::of_part(false, "anything".into()), Outcome::Failed);
    }
}
