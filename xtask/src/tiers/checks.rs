//! What each tier runs. `Ok(false)` means that it ran and found something.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cargo::cargo;
use crate::checkout::Checkout;
use crate::{command, ministack, stack, toolbox};

const DENY: (&str, &str) = ("cargo-deny", "0.20.2");
const MACHETE: (&str, &str) = ("cargo-machete", "0.9.2");
/// The packages whose tests need a stack.
pub(super) const ON_STACK: [&str; 2] = ["contracts", "end-to-end"];

pub(super) fn fmt(checkout: &Checkout) -> Result<bool> {
    command::openly(cargo(checkout).args(["fmt", "--all", "--check"]))
}

pub(super) fn clippy(checkout: &Checkout) -> Result<bool> {
    command::openly(cargo(checkout).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

pub(super) fn unit(checkout: &Checkout, arguments: &[String]) -> Result<bool> {
    let mut tests = cargo(checkout);
    tests.args(["test", "--workspace"]);
    for package in ON_STACK {
        tests.args(["--exclude", package]);
    }
    command::openly(tests.arg("--").args(arguments))
}

pub(super) fn on_stack(
    checkout: &Checkout,
    package: &str,
    stack: &Path,
    arguments: &[String],
) -> Result<bool> {
    let mut tests = cargo(checkout);
    tests.args(["test", "--package", package, "--"]).args(arguments).env("CHATLOG_STACK", stack);
    command::openly(&mut tests)
}

pub(super) fn deny(checkout: &Checkout) -> Result<bool> {
    let deny = |checks: &[&str]| {
        let mut command = tool(checkout, DENY)?;
        command.args(["--workspace", "--all-features"]).args(checks);
        Ok::<_, anyhow::Error>(command)
    };
    let dependencies = command::openly(&mut deny(&["check", "bans", "licenses", "sources"])?)?;
    let log = checkout.step_logs().join("advisories.log");
    if let Err(error) = command::quietly(&mut deny(&["fetch", "db"])?, &log) {
        crate::interrupt::check()?;
        let report = error.to_string();
        let reason = report.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        println!(
            "NOT CHECKED: known vulnerabilities, since their database cannot be fetched: {}",
            reason.trim()
        );
        return Ok(dependencies);
    }
    let advisories = command::openly(&mut deny(&["--offline", "check", "advisories"])?)?;
    Ok(dependencies && advisories)
}

pub(super) fn machete(checkout: &Checkout) -> Result<bool> {
    command::openly(tool(checkout, MACHETE)?.args(["--with-metadata", "--skip-target-dir"]))
}

pub(super) fn template(checkout: &Checkout) -> Result<bool> {
    stack::install_tools(checkout)?;
    let run = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(checkout.tool(name));
        command
            .current_dir(&checkout.root)
            .args(arguments)
            .envs(ministack::CLIENT_ENVIRONMENT)
            .env("SAM_CLI_TELEMETRY", "0");
        command::openly(&mut command)
    };
    let valid =
        run("sam", &["validate", "--lint", "--region", "us-east-1", "--template-file", "template.yaml"])?;
    let clean = run("cfn-lint", &["template.yaml"])?;
    Ok(valid && clean)
}

fn tool(checkout: &Checkout, (name, version): (&str, &str)) -> Result<Command> {
    toolbox::install_cargo_tool(checkout, name, version)?;
    let mut command = Command::new(checkout.tools().join(name).join("bin").join(name));
    command.current_dir(&checkout.root);
    crate::cargo::forget_us(&mut command);
    Ok(command)
}
