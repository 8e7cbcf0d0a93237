//! `docs/scale.md`: a block for each scenario, between `<!-- begin NAME -->` and `<!-- end NAME -->`.

use anyhow::{Context as _, Result};

use super::outcome::list;
use super::{RunOutcome, Seeds};
use crate::scenario::Scenario;

/// The most lines of examples, and the most characters of a line.
const EXAMPLE_LINES: usize = 30;
const EXAMPLE_WIDTH: usize = 200;

/// A document with a new text in the block of a scenario.
///
/// # Errors
/// The document has no such block.
pub fn with_block(document: &str, name: &str, text: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let (before, rest) = document.split_once(&begin).with_context(|| format!("there is no {begin}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("there is no {end} after {begin}"))?;
    Ok(format!("{before}{begin}\n{text}{end}{after}"))
}

/// The text of a scenario that ran once. Its picture is `scale/NAME.svg`.
#[must_use]
pub fn of_run(scenario: &Scenario, command: &str, outcome: &RunOutcome) -> String {
    let name = scenario.name;
    let (length, took) = (outcome.length.as_secs_f64(), outcome.took.as_secs_f64());
    format!(
        "{}![{name}: backlog, delay and concurrency over virtual time](scale/{name}.svg)\n\n{}\nSeed {}. {length:.0} s of virtual \
         time took {took:.0} s.\n{}",
        heading(scenario, command),
        outcome.report,
        outcome.seed,
        violations(&[outcome]),
    )
}

/// The text of a scenario that ran with several seeds.
#[must_use]
pub fn of_seeds(scenario: &Scenario, command: &str, seeds: &Seeds, outcomes: &[&RunOutcome]) -> String {
    format!("{}{seeds}{}", heading(scenario, command), violations(outcomes))
}

fn heading(scenario: &Scenario, command: &str) -> String {
    let (name, summary) = (scenario.name, scenario.summary);
    format!("### {name}\n\n{summary}\n\n`{command}`\n\n")
}

/// How often rules were broken, and examples of the first run that broke one: of safety, or else of liveness.
fn violations(outcomes: &[&RunOutcome]) -> String {
    let first = |examples: fn(&RunOutcome) -> &str| {
        let mut examples = outcomes.iter().map(|outcome| (*outcome, examples(outcome)));
        examples.find(|(_, examples)| !examples.is_empty())
    };
    let safety = first(|outcome| &outcome.safety);
    let Some((outcome, examples)) = safety.or_else(|| first(|outcome| &outcome.liveness)) else {
        return String::new();
    };
    let mut lines: Vec<String> = examples.lines().take(EXAMPLE_LINES).map(shortened).collect();
    if examples.lines().count() > EXAMPLE_LINES {
        lines.push("…".to_owned());
    }
    let (seed, broken, examples) = (outcome.seed, list(&outcome.broken), lines.join("\n"));
    format!("\nViolations with seed {seed}: {broken}.\n\n```text\n{examples}\n```\n")
}

/// A line, or its start if it is long.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(EXAMPLE_WIDTH) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# Scale\n\n<!-- begin calm -->\nold\n<!-- end calm -->\n\n<!-- begin random -->\n<!-- end random -->\n";

    #[test]
    fn a_block_is_replaced_and_the_rest_stays() {
        let once = with_block(DOCUMENT, "calm", "new\n").unwrap();
        assert_eq!(once, DOCUMENT.replace("old", "new"));
        assert_eq!(with_block(&once, "calm", "new\n").unwrap(), once);
        let filled = with_block(DOCUMENT, "random", "first\n").unwrap();
        assert!(filled.ends_with("<!-- begin random -->\nfirst\n<!-- end random -->\n"), "{filled}");
    }

    #[test]
    fn a_missing_block_is_an_error() {
        assert!(with_block(DOCUMENT, "steady", "new\n").is_err());
    }
}
