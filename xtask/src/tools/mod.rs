//! The programs that the stack and the tests run on: found on this machine, or installed into `.local/tools`.

pub(crate) mod aws;
pub(crate) mod cargo;
pub(crate) mod curl;
pub(crate) mod installation;
pub(crate) mod jars;
mod java;
pub(crate) mod loopback_library;
pub(crate) mod node;
pub(crate) mod python;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::checkout::Checkout;
use crate::engine::aws_engine::AwsEngine;
use crate::machine::command;
use python::Python;

/// What must be on the machine.
#[derive(Debug, Clone)]
pub(crate) struct Prerequisites {
    pub(crate) python: Python,
    pub(crate) java: PathBuf,
}

/// The version that LocalStack and LocalEmu run on.
const PYTHON_OF_LOCALSTACK: (u32, u32) = (3, 13);

/// Checks the prerequisites and installs the other tools of a stack.
pub(crate) fn install(checkout: &Checkout, engine: AwsEngine) -> Result<Prerequisites> {
    let prerequisites = check()?;
    // An engine has an environment of its own: it and SAM pin different versions of botocore.
    let environment = engine.id();
    let requirements = format!("{environment}.txt");
    let python = python_of(engine)?;
    installation::python_environment(checkout, &python, &environment, &requirements)?;
    aws::install(checkout, &prerequisites.python)?;
    jars::OPENSEARCH.install(checkout)?;
    if engine == AwsEngine::LocalStack {
        jars::DYNAMODB_LOCAL.install(checkout)?;
    }
    if engine != AwsEngine::MiniStack {
        loopback_library::install(checkout)?;
    }
    Ok(prerequisites)
}

/// Fails if this machine lacks what the engine needs beyond [`check`].
pub(crate) fn require(engine: AwsEngine) -> Result<()> {
    python_of(engine).map(drop)
}

fn python_of(engine: AwsEngine) -> Result<Python> {
    match engine {
        AwsEngine::MiniStack => python::find(),
        AwsEngine::LocalStack | AwsEngine::LocalEmu => {
            python::exactly(PYTHON_OF_LOCALSTACK, &format!("{} needs", engine.name()))
        }
    }
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
    let strip = runs("strip", "GNU binutils are needed (Debian and Ubuntu: `apt install binutils`)");
    let errors = [
        python.as_ref().err(),
        java.as_ref().err(),
        cargo.as_ref().err(),
        cc.as_ref().err(),
        strip.as_ref().err(),
    ];
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
