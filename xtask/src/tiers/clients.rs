//! The tier `clients`: openapi.json against a stack.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::summary::Outcome;
use super::test_stack::TestStack;
use crate::checkout::Checkout;
use crate::machine::command;
use crate::tools::installation;
use crate::tools::node::Node;
use crate::tools::python::{self, Python};

/// The configurations of schemathesis: one for the whole document, one for the lifecycle of a message.
const CONFORMANCE: [&str; 2] = ["schemathesis.toml", "message_lifecycle.toml"];

/// For schemathesis; the other tools run on an older one.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

pub(crate) fn run(checkout: &Checkout, stack: &TestStack) -> Result<Outcome> {
    let document = checkout.root.join("openapi.json");
    let node = Node::install(checkout, &python::find()?)?;
    let programs = type_check(checkout, &node, &document)? && run_programs(&node, stack.file())?;
    match python::at_least(OLDEST_PYTHON, "schemathesis needs") {
        Ok(python) => {
            let conforms = conforms(checkout, &python, &document, stack)?;
            Ok(Outcome::of(programs && conforms))
        }
        Err(reason) => {
            let unchecked = format!("whether the API conforms to openapi.json, since {reason}");
            Ok(Outcome::of_part(programs, unchecked))
        }
    }
}

/// Installs what the tier needs, as far as this machine has what that needs.
pub(crate) fn install(checkout: &Checkout) -> Result<()> {
    Node::install(checkout, &python::find()?)?;
    let python = python::at_least(OLDEST_PYTHON, "schemathesis needs")?;
    installation::python_environment(checkout, &python, "conformance", "conformance.txt").map(drop)
}

/// Checks the programs against the types generated from the document.
fn type_check(checkout: &Checkout, node: &Node, document: &Path) -> Result<bool> {
    let types = checkout.local().join("clients/chatlog-api.d.ts");
    let mut generate = node.package_command("openapi-typescript/bin/cli.js");
    generate.arg(document).arg("--output").arg(types);
    command::run_logged(&mut generate, &checkout.log("openapi-typescript"))?;
    command::run_visible(node.package_command("typescript/bin/tsc").args(["--project", "."]))
}

/// Runs the tests of the generated client, and of the reference page in a browser.
fn run_programs(node: &Node, stack_file: &Path) -> Result<bool> {
    let mut tests = node.command();
    tests.args(["--test", "--test-reporter=spec", "*.test.ts"]).env("CHATLOG_STACK", stack_file);
    command::run_visible(&mut tests)
}

/// Runs schemathesis.
fn conforms(checkout: &Checkout, python: &Python, document: &Path, stack: &TestStack) -> Result<bool> {
    let environment = installation::python_environment(checkout, python, "conformance", "conformance.txt")?;
    let mut passed = true;
    for configuration in CONFORMANCE {
        let mut schemathesis = Command::new(environment.join("bin/schemathesis"));
        schemathesis
            .current_dir(checkout.root.join("tests/conformance"))
            .args(["--config-file", configuration, "run", "--url", stack.api()])
            .arg(document)
            // The hooks read the admin key from it. Everyone on this machine may see a command line.
            .env("CHATLOG_STACK", stack.file())
            .env("HYPOTHESIS_STORAGE_DIRECTORY", checkout.local().join("clients/hypothesis"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        passed &= command::run_visible(&mut schemathesis).context("schemathesis")?;
    }
    Ok(passed)
}
