//! `cargo xtask test`: the tiers, cheapest first, and a summary.

mod checks;
mod clients;
mod summary;
mod test_stack;

use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::checkout::Checkout;
use crate::interrupt;
use summary::{Line, Outcome, summarise};
use test_stack::TestStack;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The tiers to run [default: all]
    tiers: Vec<Tier>,
    /// What to hand to the tests of the tiers unit, contracts and end-to-end, for example a filter
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// In the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Tier {
    /// cargo fmt --check
    Fmt,
    /// Dependencies: licences, sources, duplicates, and known vulnerabilities where the database can be reached
    Deny,
    /// Dependencies that nobody uses
    Machete,
    /// sam validate --lint and cfn-lint
    Template,
    /// cargo clippy, with every warning an error
    Clippy,
    /// Tests beside the code, which need nothing but themselves
    Unit,
    /// One suite per port, against the fake and against the real service of a local stack
    Contracts,
    /// Over HTTP, against a whole local stack
    EndToEnd,
    /// What others know the API by: openapi.json, put to the test by schemathesis, a generated client and a browser
    Clients,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    interrupt::notice()?;
    let checkout = Checkout::find()?;
    let mut test_stack: Option<TestStack> = None;
    let mut outcomes: Vec<Line> = Vec::new();
    for tier in chosen(&options.tiers) {
        let started = Instant::now();
        let cheaper_failed =
            test_stack.is_none() && outcomes.iter().any(|line| line.outcome != Outcome::Passed);
        let outcome = if needs_stack(tier) && cheaper_failed {
            Outcome::NotRun
        } else {
            println!("\n── {} ──", name(tier));
            match run_tier(&checkout, tier, &options.arguments, &mut test_stack) {
                Ok(true) => Outcome::Passed,
                Ok(false) => Outcome::Failed,
                Err(error) => {
                    eprintln!("error: {error:#}");
                    Outcome::Failed
                }
            }
        };
        outcomes.push(Line { tier: name(tier), outcome, took: started.elapsed() });
        if interrupt::happened() {
            break;
        }
    }
    if let Some(stack) = test_stack {
        stack.end()?;
    }
    interrupt::check()?;
    summarise(&outcomes)
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
) -> Result<bool> {
    match tier {
        Tier::Fmt => checks::fmt(checkout),
        Tier::Deny => checks::deny(checkout),
        Tier::Machete => checks::machete(checkout),
        Tier::Template => checks::template(checkout),
        Tier::Clippy => checks::clippy(checkout),
        Tier::Unit => checks::unit(checkout, arguments),
        Tier::Contracts | Tier::EndToEnd | Tier::Clients => {
            let stack = match test_stack {
                Some(stack) => stack,
                None => test_stack.insert(TestStack::raise(checkout)?),
            };
            match tier {
                Tier::Clients => clients::run(checkout, stack.file()),
                _ => checks::on_stack(checkout, name(tier), stack.file(), arguments),
            }
        }
    }
}

fn name(tier: Tier) -> &'static str {
    match tier {
        Tier::Fmt => "fmt",
        Tier::Deny => "deny",
        Tier::Machete => "machete",
        Tier::Template => "template",
        Tier::Clippy => "clippy",
        Tier::Unit => "unit",
        Tier::Contracts => "contracts",
        Tier::EndToEnd => "end-to-end",
        Tier::Clients => "clients",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_run_once_each_in_their_order_however_they_are_named() {
        assert_eq!(chosen(&[Tier::EndToEnd, Tier::Fmt, Tier::EndToEnd]), [Tier::Fmt, Tier::EndToEnd]);
        assert_eq!(chosen(&[]).len(), 9);
    }

    #[test]
    fn a_tier_s_name_is_what_the_command_line_takes() {
        for tier in Tier::value_variants() {
            assert_eq!(Tier::from_str(name(*tier), false), Ok(*tier));
        }
    }
}
