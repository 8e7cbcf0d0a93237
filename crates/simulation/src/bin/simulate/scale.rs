//! Writes results into `docs/scale.md` and plots into `docs/scale`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use simulation::report::{RunOutcome, Seeds, document};
use simulation::scenario::Scenario;

fn docs() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../docs"].iter().collect()
}

/// Writes the block and the plot of a scenario that ran once.
pub(crate) fn write_run(scenario: &Scenario, command: &str, outcome: &RunOutcome, plot: &str) -> Result<()> {
    let folder = docs().join("scale");
    fs::create_dir_all(&folder).context("cannot create docs/scale")?;
    fs::write(folder.join(format!("{}.svg", scenario.name)), plot).context("cannot write the plot")?;
    write(scenario.name, &document::of_run(scenario, command, outcome))
}

/// Writes the block of a scenario that ran with several seeds.
pub(crate) fn write_seeds(
    scenario: &Scenario,
    command: &str,
    seeds: &Seeds,
    outcomes: &[&RunOutcome],
) -> Result<()> {
    write(scenario.name, &document::of_seeds(scenario, command, seeds, outcomes))
}

fn write(name: &str, text: &str) -> Result<()> {
    let path = docs().join("scale.md");
    let document = fs::read_to_string(&path).context("cannot read docs/scale.md")?;
    let document = document::with_block(&document, name, text).context("docs/scale.md")?;
    fs::write(&path, document).context("cannot write docs/scale.md")
}
