//! The tiers that run one or two commands. Most return whether they passed.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::summary::Outcome;
use super::test_stack::TestStack;
use crate::checkout::Checkout;
use crate::engine::aws_engine::AwsEngine;
use crate::machine::{command, interrupt};
use crate::tools::cargo::{self, TEST_SELECTION, cargo};
use crate::tools::{aws, installation, python};

const DENY: (&str, &str) = ("cargo-deny", "0.20.2");
const MACHETE: (&str, &str) = ("cargo-machete", "0.9.2");

pub(crate) fn fmt(checkout: &Checkout) -> Result<bool> {
    command::run_visible(&mut cargo(checkout, "fmt --all --check"))
}

pub(crate) fn clippy(checkout: &Checkout) -> Result<bool> {
    let compiles = cargo::clippy_compiles();
    // Tests that only a tier runs are not among all targets.
    for targets in ["--all-targets", "--test *"] {
        let selection = format!("{TEST_SELECTION} {targets}");
        let build = if compiles {
            format!("build {selection}")
        } else {
            format!("clippy {selection} -- -D warnings")
        };
        if !command::run_visible(&mut cargo(checkout, &build))? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(crate) fn unit(checkout: &Checkout, arguments: &[String]) -> Result<bool> {
    // Without examples in documentation: there are none, and to look for them in each package takes longer than many a test.
    let mut tests = cargo(checkout, &format!("test {TEST_SELECTION} --tests --"));
    command::run_visible(tests.args(arguments))
}

pub(crate) fn simulation(checkout: &Checkout, arguments: &[String]) -> Result<bool> {
    command::run_visible(tests(checkout, "simulation").args(arguments))
}

pub(crate) fn on_stack(
    checkout: &Checkout,
    test: &str,
    stack_file: &Path,
    arguments: &[String],
) -> Result<bool> {
    command::run_visible(tests_on_stack(checkout, test, stack_file).args(arguments))
}

/// A command that runs the tests with this name, or with names of this pattern, on a stack. It takes their arguments.
pub(super) fn tests_on_stack(checkout: &Checkout, test: &str, stack_file: &Path) -> Command {
    let mut tests = tests(checkout, test);
    tests.env("CHATLOG_STACK", stack_file);
    tests
}

fn tests(checkout: &Checkout, test: &str) -> Command {
    cargo(checkout, &format!("test {TEST_SELECTION} --no-fail-fast --test {test} --"))
}

/// The tests of the operator's command and of the runbook, which uses the AWS tools too. They mostly wait, for functions to notice a change
/// and for each other, so all begin at once.
pub(crate) fn operations(checkout: &Checkout, stack_file: &Path, arguments: &[String]) -> Result<bool> {
    let python = python::find()?;
    aws::install(checkout, &python)?;
    let mut tests = tests_on_stack(checkout, "operations", stack_file);
    tests.env("AWS_TOOLS", aws::search_path(checkout, &aws::install_cli(checkout, &python)?)?);
    command::run_visible(tests.arg("--test-threads=32").args(arguments))
}

/// The end-to-end tests, and behind all of them the search for the secrets that they used.
pub(crate) fn end_to_end(checkout: &Checkout, stack: &TestStack, arguments: &[String]) -> Result<bool> {
    let tests = || tests_on_stack(checkout, "end-to-end", stack.file());
    if !arguments.is_empty() {
        return command::run_visible(tests().arg("--test-threads=1").args(arguments));
    }
    // The tests that load the stack come first, while its tables are small: LocalEmu becomes slower with them.
    let alone = command::run_visible(tests().args(["--test-threads=1", "alone::"]))?;
    let together = command::run_visible(tests().args(["--skip", "alone::"]))?;
    if stack.engine() != AwsEngine::MiniStack {
        println!("leaks: skipped: \"switching an event source off\" in docs/engines.md");
        return Ok(alone && together);
    }
    Ok(alone && together && on_stack(checkout, "leaks", stack.file(), &[])?)
}

pub(crate) fn deny(checkout: &Checkout) -> Result<Outcome> {
    let deny = |arguments: &[&str]| {
        let mut command = installation::cargo_tool(checkout, DENY.0, DENY.1)?;
        command.args(["--workspace", "--all-features"]).args(arguments);
        anyhow::Ok(command)
    };
    let dependencies = command::run_visible(&mut deny(&["check", "bans", "licenses", "sources"])?)?;
    if let Err(error) = command::run_logged(&mut deny(&["fetch", "db"])?, &checkout.log("advisories")) {
        interrupt::check()?;
        let error = error.to_string();
        let reason = error.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let unchecked =
            format!("known vulnerabilities, since their database cannot be fetched: {}", reason.trim());
        return Ok(Outcome::of_part(dependencies, unchecked));
    }
    let advisories = command::run_visible(&mut deny(&["--offline", "check", "advisories"])?)?;
    Ok(Outcome::of(dependencies && advisories))
}

pub(crate) fn machete(checkout: &Checkout) -> Result<bool> {
    let mut machete = installation::cargo_tool(checkout, MACHETE.0, MACHETE.1)?;
    command::run_visible(machete.args(["--with-metadata", "--skip-target-dir"]))
}

pub(crate) fn template(checkout: &Checkout) -> Result<bool> {
    let python = python::find()?;
    aws::install(checkout, &python)?;
    // Not with the settings of samconfig.toml: cfn-lint follows.
    let sam = "validate --config-env local --region us-east-1 --template-file template.yaml";
    let valid = command::run_visible(&mut aws::tool(checkout, "sam", sam)?)?;
    let clean = command::run_visible(&mut aws::tool(checkout, "cfn-lint", "template.yaml")?)?;
    let environment = installation::python_environment(checkout, &python, "checkov", "checkov.txt")?;
    let mut checkov = Command::new(environment.join("bin/checkov"));
    checkov.current_dir(&checkout.root).args([
        "--config-file",
        "infra/local/checkov.yaml",
        "--file",
        "template.yaml",
    ]);
    let secure = command::run_visible(&mut checkov)?;
    Ok(valid && clean && secure)
}
