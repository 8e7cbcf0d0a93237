//! The programs that the stack and the tests run on: found on this machine, or installed into `.local/tools`.

pub(crate) mod aws;
pub(crate) mod cargo;
pub(crate) mod curl;
pub(crate) mod installation;
mod java;
pub(crate) mod node;
pub(crate) mod opensearch_jars;
pub(crate) mod python;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::checkout::Checkout;
use crate::machine::command;
use python::Python;

/// What must be on the machine.
#[derive(Debug, Clone)]
pub(crate) struct Prerequisites {
    pub(crate) python: Python,
    pub(crate) java: PathBuf,
}

/// Checks the prerequisites and installs the other tools of a stack.
pub(crate) fn install(checkout: &Checkout) -> Result<Prerequisites> {
    let prerequisites = check()?;
    // MiniStack has an environment of its own: it and SAM pin different versions of botocore.
    installation::python_environment(checkout, &prerequisites.python, "engine", "engine.txt")?;
    aws::install(checkout, &prerequisites.python)?;
    opensearch_jars::install(checkout, &prerequisites.java)?;
    Ok(prerequisites)
}

/// Fails with the names of all that is missing.
fn check() -> Result<Prerequisites> {
    if !cfg!(target_os = "linux") {
        bail!(
            "the local stack runs the functions as the Linux programs they are on AWS: use Linux, or a Linux VM or \
             container on this machine (WSL 2 is enough)"
        );
    }
    let python = python::find();
    let java = java::find();
    let cargo = runs("cargo", "Rust is needed (https://rustup.rs); rust-toolchain.toml says which version");
    let cc =
        runs("cc", "a C compiler and linker are needed (Debian and Ubuntu: `apt install gcc libc6-dev`)");
    let errors = [python.as_ref().err(), java.as_ref().err(), cargo.as_ref().err(), cc.as_ref().err()];
    let missing: Vec<String> = errors.into_iter().flatten().map(|error| format!("- {error}")).collect();
    match (python, java) {
        (Ok(python), Ok(java)) if missing.is_empty() => Ok(Prerequisites { python, java }),
        _ => bail!("something is missing on this machine:\n{}", missing.join("\n")),
    }
}

fn runs(program: &str, remedy: &str) -> Result<()> {
    let version = command::output(Command::new(program).arg("--version"));
    version.map(drop).ok_or_else(|| anyhow!("`{program} --version` does not work: {remedy}."))
}
