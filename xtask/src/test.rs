//! `cargo xtask test`: the tiers, cheapest first, and a summary.

use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::checkout::Checkout;
use crate::machine::interrupt;
use crate::tiers::summary::{Line, Outcome, summarize};
use crate::tiers::test_stack::{TestStack, first_error};
use crate::tiers::{checks, clients, simulation};
use crate::tools::curl;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The tiers to run [default: all]
    tiers: Vec<Tier>,
    /// Arguments for the tests of the tiers unit, contracts and end-to-end, for example a filter
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
    /// sam validate --lint and cfn-lint
    Template,
    /// cargo clippy, with every warning an error
    Clippy,
    /// Tests beside the code, which need nothing else
    Unit,
    /// The functions in a simulated region: every scenario small, and many seeds of the random one
    Simulation,
    /// One suite per port, against the fake and against the real service of a local stack
    Contracts,
    /// Over HTTP, against a local stack; then whether a secret of these tests has leaked
    EndToEnd,
    /// openapi.json: schemathesis tests the API with it, a client is generated from it, a browser shows it
    Clients,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    interrupt::handle_signals()?;
    let checkout = Checkout::find()?;
    let mut test_stack: Option<TestStack> = None;
    let mut lines: Vec<Line> = Vec::new();
    for tier in chosen(&options.tiers) {
        let started = Instant::now();
        let cheaper_failed = test_stack.is_none() && lines.iter().any(|line| !line.outcome.has_passed());
        let outcome = if needs_stack(tier) && cheaper_failed {
            Outcome::NotRun
        } else {
            println!("\n── {} ──", name(tier));
            run_tier(&checkout, tier, &options.arguments, &mut test_stack).unwrap_or_else(|error| {
                // `main` reports an interrupt, after the stack is removed.
                if !interrupt::happened() {
                    eprintln!("error: {error:#}");
                }
                Outcome::Failed
            })
        };
        lines.push(Line { tier: name(tier), outcome, took: started.elapsed() });
        if interrupt::happened() {
            break;
        }
    }
    let removed = test_stack.map_or(Ok(()), TestStack::end);
    first_error(interrupt::check().and_then(|()| summarize(&lines)), removed)
}

fn chosen(named: &[Tier]) -> Vec<Tier> {
    let mut tiers = if named.is_empty() { Tier::value_variants().to_vec() } else { named.to_vec() };
    tiers.sort_unstable();
    tiers.dedup();
    tiers
}

fn needs_stack(tier: Tier) -> bool {
    matches!(tier, Tier::Contracts | Tier::EndToEnd | Tier::Clients)
}

fn run_tier(
    checkout: &Checkout,
    tier: Tier,
    arguments: &[String],
    test_stack: &mut Option<TestStack>,
) -> Result<Outcome> {
    let passed = match tier {
        Tier::Fmt => checks::fmt(checkout)?,
        Tier::Deny => return checks::deny(checkout),
        Tier::Machete => checks::machete(checkout)?,
        Tier::Template => checks::template(checkout)?,
        Tier::Clippy => checks::clippy(checkout)?,
        Tier::Unit => checks::unit(checkout, arguments)?,
        Tier::Simulation => simulation::run(checkout)?,
        Tier::Contracts => {
            checks::on_stack(checkout, "contracts", started(checkout, test_stack)?.file(), arguments)?
        }
        Tier::EndToEnd => {
            curl::require()?;
            checks::end_to_end(checkout, started(checkout, test_stack)?.file(), arguments)?
        }
        Tier::Clients => return clients::run(checkout, started(checkout, test_stack)?),
    };
    Ok(Outcome::of(passed))
}

/// The stack, which starts when the first tier needs it.
fn started<'a>(checkout: &Checkout, test_stack: &'a mut Option<TestStack>) -> Result<&'a TestStack> {
    match test_stack {
        Some(stack) => Ok(stack),
        None => Ok(test_stack.insert(TestStack::start(checkout)?)),
    }
}

/// The tier's name on the command line.
fn name(tier: Tier) -> String {
    tier.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_run_once_each_in_their_order() {
        assert_eq!(chosen(&[Tier::EndToEnd, Tier::Fmt, Tier::EndToEnd]), [Tier::Fmt, Tier::EndToEnd]);
        assert_eq!(chosen(&[]).len(), 10);
    }

    #[test]
    fn the_command_line_takes_each_tier_by_its_name() {
        for tier in Tier::value_variants() {
            assert_eq!(Tier::from_str(&name(*tier), false), Ok(*tier));
        }
        assert_eq!(name(Tier::EndToEnd), "end-to-end");
    }
}
