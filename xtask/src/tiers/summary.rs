//! How each tier ended, at the end.

use std::time::Duration;

use anyhow::{Result, bail};

#[derive(Debug)]
pub(super) struct Line {
    pub(super) tier: &'static str,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// Something cheaper failed, so it was not worth the minutes.
    NotRun,
}

/// Prints the summary; fails if a tier failed.
pub(super) fn summarise(lines: &[Line]) -> Result<()> {
    println!("\n── summary ──");
    for Line { tier, outcome, took } in lines {
        let said = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run, since something cheaper failed",
        };
        println!("{tier:>12}  {:>6.1} s  {said}", took.as_secs_f64());
    }
    let total: Duration = lines.iter().map(|line| line.took).sum();
    println!("{:>12}  {:>6.1} s", "all", total.as_secs_f64());
    let failed: Vec<&str> =
        lines.iter().filter(|line| line.outcome == Outcome::Failed).map(|line| line.tier).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome) -> Line {
        Line { tier: "unit", outcome, took: Duration::ZERO }
    }

    #[test]
    fn one_failure_fails_the_whole() {
        assert!(summarise(&[line(Outcome::Passed)]).is_ok());
        assert!(summarise(&[line(Outcome::Passed), line(Outcome::Failed), line(Outcome::NotRun)]).is_err());
    }
}
