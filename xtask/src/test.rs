//! `cargo xtask test`: the tiers, cheapest first, and a summary.

use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::checkout::Checkout;
use crate::deployment::build::Programs;
use crate::engine::aws_engine::AwsEngine;
use crate::machine::interrupt;
use crate::tiers::summary::{Line, Outcome, summarize};
use crate::tiers::test_stack::{Stacks, TestStack, first_error};
use crate::tiers::{checks, clients, upgrade};
use crate::tools::{self, curl, python};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The tiers to run [default: all but upgrade]
    tiers: Vec<Tier>,
    /// Tiers to leave out, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', conflicts_with = "tiers")]
    skip: Vec<Tier>,
    /// The engine for contracts, end-to-end, clients and operations; upgrade runs on ministack, iam on localemu [default:
    /// ministack; if no tier is named either, end-to-end also runs on localstack]
    #[arg(long, value_enum)]
    engine: Option<AwsEngine>,
    /// Arguments for the tests of the tiers unit, simulation, contracts, end-to-end, operations, upgrade and iam, for example a filter
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// In the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Tier {
    /// cargo fmt --check
    Fmt,
    /// Dependencies: licences, sources, duplicates, and known vulnerabilities if their database can be reached
    Deny,
    /// Dependencies that nothing uses
    Machete,
    /// sam validate, cfn-lint and checkov
    Template,
    /// cargo clippy, with every warning an error
    Clippy,
    /// Tests beside the code, which need nothing else
    Unit,
    /// The functions in a simulated region: every scenario small, many seeds of the random one, and bugs on purpose
    Simulation,
    /// One suite per port, against the fake and against the real service of a local stack
    Contracts,
    /// Over HTTP, against a local stack; then, on MiniStack, whether a secret of these tests has leaked
    EndToEnd,
    /// openapi.json: schemathesis tests the API with it, a client is generated from it, a browser shows it
    Clients,
    /// The operator's command, against a local stack that is broken for it
    Operations,
    /// Before a release: its programs and those of the former one side by side, in an upgrade and a rollback under load
    Upgrade,
    /// The roles of the functions, on LocalEmu: end-to-end under them, then with each enforced right taken away in turn
    Iam,
}

/// One line of the summary: a tier, and the engine of the stack that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    engine: Option<AwsEngine>,
    tier: Tier,
    /// Whether the user asked for this tier or engine, so that it must run.
    is_named: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    interrupt::handle_signals()?;
    let checkout = Checkout::find()?;
    let runs = chosen(options);
    let installing = options.tiers.is_empty().then(|| install_ahead(checkout.clone(), runs.clone()));
    let mut stacks = Stacks::default();
    let mut lines: Vec<Line> = Vec::new();
    for run in runs {
        let started = Instant::now();
        let cheaper_failed = !stacks.were_used() && lines.iter().any(|line| !line.outcome.has_passed());
        let outcome = if run.engine.is_some() && cheaper_failed {
            Outcome::NotRun
        } else {
            println!("\n── {} ──", run.name());
            run.execute(&checkout, &options.arguments, &mut stacks).unwrap_or_else(|error| {
                // `main` reports an interrupt, after the stack is removed.
                if !interrupt::happened() {
                    eprintln!("error: {error:#}");
                }
                Outcome::Failed
            })
        };
        lines.push(Line { tier: run.name(), outcome, took: started.elapsed() });
        if interrupt::happened() {
            break;
        }
    }
    let removed = stacks.end();
    if let Some(installing) = installing {
        let _ = installing.join();
    }
    first_error(interrupt::check().and_then(|()| summarize(&lines)), removed)
}

/// Installs what the later tiers need while the earlier ones build: it mostly waits for the network. What fails is tried again by the tier
/// that needs it, which reports the error.
fn install_ahead(checkout: Checkout, runs: Vec<Run>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for run in runs {
            let _ = run.install(&checkout);
        }
    })
}

/// What runs, in order: tiers without a stack, then engine by engine.
fn chosen(options: &Options) -> Vec<Run> {
    let Options { tiers, skip, engine, .. } = options;
    let is_chosen = |tier: &Tier| {
        if tiers.is_empty() { *tier != Tier::Upgrade && !skip.contains(tier) } else { tiers.contains(tier) }
    };
    let is_named = !tiers.is_empty() || engine.is_some();
    let run = |tier: Tier| Run { engine: tier.engine(*engine), tier, is_named };
    let chosen = Tier::value_variants().iter().copied().filter(is_chosen);
    let mut runs: Vec<Run> = chosen.map(run).collect();
    if !is_named && is_chosen(&Tier::EndToEnd) {
        runs.push(Run { engine: Some(AwsEngine::LocalStack), tier: Tier::EndToEnd, is_named });
    }
    runs.sort_unstable();
    runs
}

impl Tier {
    /// The engine of the stack that it needs.
    fn engine(self, wanted: Option<AwsEngine>) -> Option<AwsEngine> {
        match self {
            Self::Contracts | Self::EndToEnd | Self::Clients | Self::Operations => {
                Some(wanted.unwrap_or_default())
            }
            // The only one on which it has been tried that a program is replaced while it works.
            Self::Upgrade => Some(AwsEngine::MiniStack),
            // The only one that enforces roles.
            Self::Iam => Some(AwsEngine::LocalEmu),
            _ => None,
        }
    }
}

impl Run {
    /// Installs the engine and the tools of this tier.
    fn install(self, checkout: &Checkout) -> Result<()> {
        if let Some(engine) = self.engine {
            tools::install(checkout, engine)?;
        }
        match self.tier {
            Tier::Clients => clients::install(checkout),
            Tier::Operations => tools::aws::install_cli(checkout, &python::find()?).map(drop),
            _ => Ok(()),
        }
    }

    fn execute(self, checkout: &Checkout, arguments: &[String], stacks: &mut Stacks) -> Result<Outcome> {
        if let (Some(engine), false) = (self.engine, self.is_named)
            && let Err(lack) = tools::require(engine)
        {
            return Ok(Outcome::of_part(true, format!("anything on {}, since {lack}", engine.name())));
        }
        let passed = match self.tier {
            Tier::Fmt => checks::fmt(checkout)?,
            Tier::Deny => return checks::deny(checkout),
            Tier::Machete => checks::machete(checkout)?,
            Tier::Template => checks::template(checkout)?,
            Tier::Clippy => checks::clippy(checkout)?,
            Tier::Unit => checks::unit(checkout, arguments)?,
            Tier::Simulation => checks::simulation(checkout, arguments)?,
            Tier::Contracts => {
                checks::on_stack(checkout, "contracts-*", self.stack(checkout, stacks)?.file(), arguments)?
            }
            Tier::EndToEnd => {
                curl::require()?;
                checks::end_to_end(checkout, self.stack(checkout, stacks)?, arguments)?
            }
            Tier::Operations => {
                checks::operations(checkout, self.stack(checkout, stacks)?.file(), arguments)?
            }
            Tier::Clients => return clients::run(checkout, self.stack(checkout, stacks)?),
            Tier::Upgrade => {
                upgrade::require(checkout)?;
                upgrade::run(checkout, self.stack(checkout, stacks)?, arguments)?
            }
            Tier::Iam => {
                curl::require()?;
                let stack = self.stack(checkout, stacks)?;
                checks::end_to_end(checkout, stack, arguments)?
                    && checks::on_stack(checkout, "iam", stack.file(), arguments)?
            }
        };
        Ok(Outcome::of(passed))
    }

    fn stack<'a>(self, checkout: &Checkout, stacks: &'a mut Stacks) -> Result<&'a TestStack> {
        // An upgrade is one from a release to another.
        let programs = if self.tier == Tier::Upgrade { Programs::Release } else { Programs::Debug };
        stacks.get(checkout, self.engine.unwrap_or_default(), programs)
    }

    fn name(self) -> String {
        let tier = name(self.tier);
        match self.engine {
            Some(engine) if engine != AwsEngine::default() => format!("{tier} on {}", engine.name()),
            _ => tier,
        }
    }
}

/// The tier's name on the command line.
fn name(tier: Tier) -> String {
    tier.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn names(arguments: &str) -> Vec<String> {
        #[derive(Parser)]
        struct Test {
            #[command(flatten)]
            options: Options,
        }
        let arguments = ["test"].into_iter().chain(arguments.split_whitespace());
        let Test { options } = Test::try_parse_from(arguments).unwrap();
        chosen(&options).into_iter().map(Run::name).collect()
    }

    #[test]
    fn tiers_run_once_each_in_their_order() {
        assert_eq!(names("end-to-end fmt end-to-end"), ["fmt", "end-to-end"]);
    }

    #[test]
    fn end_to_end_on_every_engine_runs_by_default_and_an_upgrade_does_not() {
        let all = names("");
        assert_eq!(all.len(), 13);
        assert_eq!(
            all[7..],
            [
                "contracts",
                "end-to-end",
                "clients",
                "operations",
                "end-to-end on LocalStack",
                "iam on LocalEmu"
            ]
        );
    }

    #[test]
    fn tiers_can_be_left_out() {
        let mut left = names("");
        left.retain(|name| name != "clients" && !name.starts_with("end-to-end"));
        assert_eq!(names("--skip clients,end-to-end"), left);
        assert_eq!(left.len(), 10);
    }

    #[test]
    fn an_engine_can_be_named_for_the_tiers_that_need_one() {
        let expected = ["unit", "end-to-end on LocalStack", "iam on LocalEmu"];
        assert_eq!(names("end-to-end iam unit --engine localstack"), expected);
    }

    #[test]
    fn the_command_line_takes_each_tier_by_its_name() {
        for tier in Tier::value_variants() {
            assert_eq!(Tier::from_str(&name(*tier), false), Ok(*tier));
        }
        assert_eq!(name(Tier::EndToEnd), "end-to-end");
    }
}
