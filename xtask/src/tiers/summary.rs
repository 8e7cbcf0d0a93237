//! The outcome of each tier.

use std::time::Duration;

use anyhow::{Result, bail};

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) tier: String,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// A cheaper tier failed, so this one was skipped.
    NotRun,
}

/// Prints the summary; fails if a tier failed.
pub(crate) fn summarize(lines: &[Line]) -> Result<()> {
    println!("\n── summary ──");
    for Line { tier, outcome, took } in lines {
        let outcome = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run, since a cheaper tier failed",
        };
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
}
