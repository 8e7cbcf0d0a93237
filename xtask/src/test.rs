//! `cargo xtask test`: the tiers, cheapest first, and a summary.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};
use fs_err as fs;

use crate::checkout::Checkout;
use crate::deployment::build::Programs;
use crate::engine::aws_engine::AwsEngine;
use crate::machine::{command, interrupt, progress};
use crate::tiers::summary::{Line, Outcome, summarize};
use crate::tiers::test_stack::{Stacks, TestStack, first_error};
use crate::tiers::{checks, clients, upgrade};
use crate::tools::{self, curl, python};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The tiers to run [default: all but upgrade]
    tiers: Vec<Tier>,
    /// The engine for contracts, end-to-end, clients and operations; upgrade runs on ministack, iam on localemu [default:
    /// ministack; if no tier is named either, end-to-end also runs on localstack]
    #[arg(long, value_enum)]
    engine: Option<AwsEngine>,
    /// Arguments for the tests of the tiers unit, simulation, contracts, end-to-end, operations, upgrade and iam, for example a filter
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// In the order in which they run, unless some run beside others.
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

/// Tiers of different phases run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    WithoutStack,
    /// What loads MiniStack so much that nothing may run beside it.
    Load,
    Rest,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    interrupt::handle_signals()?;
    let checkout = Checkout::find()?;
    let started = Instant::now();
    let installing = options.tiers.is_empty().then(|| install_ahead(checkout.clone()));
    let runs = chosen(&options.tiers, options.engine);
    let mut stacks = Stacks::default();
    let mut lines: Vec<Line> = Vec::new();
    let mut checks_passed = true;
    for phase in [Phase::WithoutStack, Phase::Load, Phase::Rest] {
        let runs: Vec<Run> = runs.iter().copied().filter(|run| run.phase() == phase).collect();
        if checks_passed {
            lines.extend(execute_all(&runs, &checkout, &options.arguments, &mut stacks));
        } else {
            lines.extend(runs.into_iter().map(|run| run.line(|| Ok(Outcome::NotRun))));
        }
        if phase == Phase::WithoutStack {
            checks_passed = lines.iter().all(|line| line.outcome.has_passed());
        }
    }
    let removed = stacks.end();
    if let Some(installing) = installing {
        let _ = installing.join();
    }
    first_error(interrupt::check().and_then(|()| summarize(&lines, started.elapsed())), removed)
}

/// Runs the tiers of a phase, some of them beside the others. Prints what the tiers beside have printed when the others have ended.
fn execute_all(runs: &[Run], checkout: &Checkout, arguments: &[String], stacks: &mut Stacks) -> Vec<Line> {
    let (beside, here): (Vec<Run>, Vec<Run>) = runs.iter().partition(|run| run.runs_beside());
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let execute = |run: Run| run.line(|| run.execute_beside(checkout, arguments));
            beside.into_iter().map(|run| (execute(run), run.log(checkout))).collect::<Vec<_>>()
        });
        let execute = |run: Run| run.line(|| run.execute(checkout, arguments, stacks));
        let mut lines: Vec<Line> = here.into_iter().map(execute).collect();
        for (line, log) in beside.join().unwrap_or_else(|panic| resume_unwind(panic)) {
            print!("{}", progress::read_lossy(&log));
            let _ = fs::remove_file(log);
            lines.push(line);
        }
        lines
    })
}

/// Installs what the later tiers need while the earlier ones build: it mostly waits for the network. What fails is tried again by the tier
/// that needs it, which reports the error.
fn install_ahead(checkout: Checkout) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for engine in AwsEngine::ALL {
            let _ = tools::require(engine).and_then(|()| tools::install(&checkout, engine).map(drop));
        }
        let _ = clients::install(&checkout);
        let _ = python::find().and_then(|python| tools::aws::install_cli(&checkout, &python));
    })
}

/// What runs, in order: tiers without a stack, then engine by engine.
fn chosen(named: &[Tier], engine: Option<AwsEngine>) -> Vec<Run> {
    let is_chosen =
        |tier: &&Tier| if named.is_empty() { **tier != Tier::Upgrade } else { named.contains(tier) };
    let is_named = !named.is_empty() || engine.is_some();
    let run = |tier: &Tier| Run { engine: tier.engine(engine), tier: *tier, is_named };
    let mut runs: Vec<Run> = Tier::value_variants().iter().filter(is_chosen).map(run).collect();
    if !is_named {
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
    /// Does the work, unless there was an interrupt, and says how it ended.
    fn line(self, work: impl FnOnce() -> Result<Outcome>) -> Line {
        let started = Instant::now();
        let outcome = if interrupt::happened() { Ok(Outcome::NotRun) } else { work() };
        let outcome = outcome.unwrap_or_else(|error| {
            // `main` reports an interrupt, after the stack is removed.
            if !interrupt::happened() {
                eprintln!("error: {}: {error:#}", self.name());
            }
            Outcome::Failed
        });
        Line { tier: self.name(), outcome, took: started.elapsed() }
    }

    fn phase(self) -> Phase {
        match (self.engine, self.tier) {
            (None, _) => Phase::WithoutStack,
            (Some(AwsEngine::MiniStack), Tier::Contracts | Tier::EndToEnd) => Phase::Load,
            _ => Phase::Rest,
        }
    }

    /// Whether it runs in a process of its own, beside the other tiers of its phase: tools while cargo builds, and another engine, which uses
    /// one core, while MiniStack uses another. A tier that was asked for does not, so that it prints at once.
    fn runs_beside(self) -> bool {
        let is_tool = matches!(self.tier, Tier::Deny | Tier::Machete | Tier::Template);
        let is_on_other_engine = matches!(self.engine, Some(AwsEngine::LocalStack | AwsEngine::LocalEmu));
        !self.is_named && (is_tool || is_on_other_engine)
    }

    /// Runs the tier in another process, which prints into the log.
    fn execute_beside(self, checkout: &Checkout, arguments: &[String]) -> Result<Outcome> {
        let log = self.log(checkout);
        // This program, even if a build has replaced it.
        let mut test = Command::new("/proc/self/exe");
        test.args(["test", &name(self.tier)]);
        if let Some(engine) = self.engine {
            if let Err(lack) = tools::require(engine) {
                return Ok(Outcome::of_part(true, format!("anything on {}, since {lack}", engine.name())));
            }
            test.args(["--engine", &engine.id()]);
        }
        println!("  {} runs beside; its output is in {} until it follows here", self.name(), log.display());
        let passed = command::run_beside(test.arg("--").args(arguments), &log)?.success();
        interrupt::check()?;
        Ok(Outcome::of_printed(passed, &progress::read_lossy(&log)))
    }

    /// The output of the tier, if it runs beside.
    fn log(self, checkout: &Checkout) -> PathBuf {
        checkout.log(&format!("{}-{}", self.name().replace(' ', "-"), std::process::id()))
    }

    fn execute(self, checkout: &Checkout, arguments: &[String], stacks: &mut Stacks) -> Result<Outcome> {
        println!("\n── {} ──", self.name());
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
    use super::*;

    fn names(named: &[Tier], engine: Option<AwsEngine>) -> Vec<String> {
        chosen(named, engine).into_iter().map(Run::name).collect()
    }

    #[test]
    fn tiers_run_once_each_in_their_order() {
        assert_eq!(names(&[Tier::EndToEnd, Tier::Fmt, Tier::EndToEnd], None), ["fmt", "end-to-end"]);
    }

    #[test]
    fn end_to_end_on_every_engine_runs_by_default_and_an_upgrade_does_not() {
        let all = names(&[], None);
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
    fn an_engine_can_be_named_for_the_tiers_that_need_one() {
        let named = [Tier::EndToEnd, Tier::Iam, Tier::Unit];
        let expected = ["unit", "end-to-end on LocalStack", "iam on LocalEmu"];
        assert_eq!(names(&named, Some(AwsEngine::LocalStack)), expected);
    }

    #[test]
    fn the_command_line_takes_each_tier_by_its_name() {
        for tier in Tier::value_variants() {
            assert_eq!(Tier::from_str(&name(*tier), false), Ok(*tier));
        }
        assert_eq!(name(Tier::EndToEnd), "end-to-end");
    }
}
