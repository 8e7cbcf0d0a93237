//! The AWS tools of the Python environment `aws`: sam, cargo-lambda, cfn-lint and jgo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::cargo::remove_own_variables;
use super::installation;
use super::python::Python;
use crate::checkout::Checkout;

const COLON: &str = "the path of the checkout contains a colon, which PATH cannot";

/// Credentials for every client of the local engine, and settings that keep clients from looking for real ones.
pub(crate) const CLIENT_ENVIRONMENT: [(&str, &str); 7] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
];

pub(crate) fn install(checkout: &Checkout, python: &Python) -> Result<()> {
    installation::python_environment(checkout, python, "aws", "tools.txt").map(drop)
}

/// Installs the AWS CLI and returns its environment. It is not that of the other tools: only tests need it, and it has 10,000 files.
pub(crate) fn install_cli(checkout: &Checkout, python: &Python) -> Result<PathBuf> {
    installation::python_environment(checkout, python, "aws-cli", "aws-cli.txt")
}

/// The folders of the AWS CLI, in its environment, and of the other tools, as in `PATH`.
pub(crate) fn search_path(checkout: &Checkout, cli: &Path) -> Result<OsString> {
    std::env::join_paths([cli.join("bin"), programs(checkout)]).context(COLON)
}

/// The folder of the tools' programs.
fn programs(checkout: &Checkout) -> PathBuf {
    checkout.tools().join("aws/bin")
}

/// A command that runs a tool in the checkout. `arguments` are separated by single spaces.
pub(crate) fn tool(checkout: &Checkout, name: &str, arguments: &str) -> Result<Command> {
    let programs = programs(checkout);
    let mut tool = Command::new(programs.join(name));
    remove_own_variables(&mut tool);
    // SAM looks for cargo-lambda on the PATH, and cargo-lambda for zig.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).context(COLON)?;
    tool.args(arguments.split(' '))
        .current_dir(&checkout.root)
        .envs(CLIENT_ENVIRONMENT)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("PATH", path)
        .env("SAM_CLI_TELEMETRY", "0");
    Ok(tool)
}
