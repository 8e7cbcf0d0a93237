use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};
use simulation::scenario::Scenario;

/// The functions in a simulated region, in virtual time.
///
/// Exit code 1 if a safety rule is broken. Rules of liveness do not change it.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
pub(crate) struct Options {
    /// What happens
    #[arg(long, default_value = "random", value_parser = names())]
    scenario: String,
    /// Decides everything random: a scenario and a seed give the same trace, byte by byte
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs this many seeds, from `--seed` on, one on each core
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// How many writes the clients send, about [default: the scenario's own number]
    #[arg(long)]
    pub(crate) writes: Option<u32>,
    /// Prints every call and every response
    #[arg(long)]
    pub(crate) trace: bool,
    /// Writes the results into docs/scale.md and docs/scale
    #[arg(long)]
    pub(crate) write: bool,
}

/// All scenarios, one after the other.
const ALL: &str = "all";

/// `--help` lists them.
fn names() -> PossibleValuesParser {
    let scenarios = Scenario::names().filter_map(|name| Scenario::named(name, 1, None));
    let names = scenarios.map(|scenario| PossibleValue::new(scenario.name).help(scenario.summary));
    PossibleValuesParser::new(names.chain([PossibleValue::new(ALL).help("All of them.")]))
}

impl Options {
    /// The names of the scenarios to run.
    pub(crate) fn scenarios(&self) -> Vec<String> {
        if self.scenario == ALL {
            Scenario::names().map(ToOwned::to_owned).collect()
        } else {
            vec![self.scenario.clone()]
        }
    }

    /// The runs, each a scenario and a seed.
    pub(crate) fn runs(&self) -> Vec<(String, u64)> {
        let seeds = self.seed..self.seed.saturating_add(self.seeds);
        let scenarios = self.scenarios().into_iter();
        scenarios.flat_map(|scenario| seeds.clone().map(move |seed| (scenario.clone(), seed))).collect()
    }

    /// Whether each scenario runs with several seeds.
    pub(crate) fn has_seeds(&self) -> bool {
        self.seeds > 1
    }

    /// The command that repeats one run.
    pub(crate) fn command(&self, scenario: &str, seed: u64) -> String {
        let writes = self.writes.map(|writes| format!(" --writes {writes}")).unwrap_or_default();
        format!("cargo xtask simulate --scenario {scenario} --seed {seed}{writes}")
    }

    /// The command that repeats the runs of one scenario.
    pub(crate) fn command_of_all(&self, scenario: &str) -> String {
        let seeds = if self.has_seeds() { format!(" --seeds {}", self.seeds) } else { String::new() };
        self.command(scenario, self.seed) + &seeds
    }
}
