//! The tier `clients`: what others know the API by, against a stack.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::addresses::Addresses;
use crate::checkout::Checkout;
use crate::node::Node;
use crate::python::Python;
use crate::{command, python, stack_home, toolbox};

/// What schemathesis is run with, in this order: the whole document, then the life of a message.
const CONFORMANCE: [&str; 2] = ["schemathesis.toml", "life.toml"];

/// What schemathesis runs on; the rest of the tools are content with an older one.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

pub(super) fn run(checkout: &Checkout, stack: &Path) -> Result<bool> {
    let document = checkout.root.join("openapi.json");
    let node = Node::install(checkout, &python::find()?)?;
    let programs = typed(checkout, &node, &document)? && programs(&node, stack)?;
    let conforms = match python::at_least(OLDEST_PYTHON, "schemathesis needs") {
        Ok(python) => conforms(checkout, &python, &document, stack)?,
        Err(reason) => {
            println!("NOT CHECKED: whether the API conforms to openapi.json, since {reason}");
            true
        }
    };
    Ok(programs && conforms)
}

/// Whether the programs fit the types that are generated from the document.
fn typed(checkout: &Checkout, node: &Node, document: &Path) -> Result<bool> {
    let types = checkout.local().join("clients/chatlog-api.d.ts");
    let mut generate = node.tool("openapi-typescript/bin/cli.js");
    generate.arg(document).arg("--output").arg(types);
    command::quietly(&mut generate, &checkout.step_logs().join("openapi-typescript.log"))?;
    command::openly(node.tool("typescript/bin/tsc").args(["--project", "."]))
}

/// Runs the programs: the generated client, and the reference page in a browser.
fn programs(node: &Node, stack: &Path) -> Result<bool> {
    let mut tests = node.program();
    tests.args(["--test", "--test-reporter=spec", "*.test.ts"]).env("CHATLOG_STACK", stack);
    command::openly(&mut tests)
}

/// Runs schemathesis.
fn conforms(checkout: &Checkout, python: &Python, document: &Path, stack: &Path) -> Result<bool> {
    let Some(Addresses { api, admin_key, .. }) = stack_home::read_json(stack) else {
        bail!("cannot read {}", stack.display());
    };
    if admin_key.is_some() {
        bail!("schemathesis is not told an admin key: it tests an open stack");
    }
    let environment = toolbox::install_environment(checkout, python, "conformance", "conformance.txt")?;
    let mut passed = true;
    for configuration in CONFORMANCE {
        let mut schemathesis = Command::new(environment.join("bin/schemathesis"));
        schemathesis
            .current_dir(checkout.root.join("tests/conformance"))
            .args(["--config-file", configuration, "run", "--url", &api])
            .arg(document)
            .env("HYPOTHESIS_STORAGE_DIRECTORY", checkout.local().join("clients/hypothesis"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        passed &= command::openly(&mut schemathesis).context("schemathesis")?;
    }
    Ok(passed)
}
