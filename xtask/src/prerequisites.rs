//! What must be on the machine before anything else; all that is missing is named at once.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::python::{self, Python};
use crate::{command, java};

#[derive(Debug, Clone)]
pub(crate) struct Prerequisites {
    pub(crate) python: Python,
    pub(crate) java: PathBuf,
}

pub(crate) fn check() -> Result<Prerequisites> {
    if !cfg!(target_os = "linux") {
        bail!(
            "the local stack runs the functions as the Linux programs they are on AWS: use Linux, or a Linux VM or \
             container on this machine (WSL 2 will do)"
        );
    }
    let python = python::find();
    let java = java::find();
    let missing: Vec<String> = [
        python.as_ref().err().map(ToString::to_string),
        java.as_ref().err().map(ToString::to_string),
        works("cargo").err().map(|error| error.to_string()),
        works("cc").err().map(|error| error.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (python, java) {
        (Ok(python), Ok(java)) if missing.is_empty() => Ok(Prerequisites { python, java }),
        _ => bail!("something is missing on this machine:\n- {}", missing.join("\n- ")),
    }
}

fn works(program: &str) -> Result<()> {
    command::answer(Command::new(program).arg("--version")).map(|_| ()).ok_or_else(|| {
        let remedy = match program {
            "cc" => "a C compiler and linker are needed (Debian and Ubuntu: `apt install gcc libc6-dev`)",
            _ => "Rust's tools are needed (https://rustup.rs); rust-toolchain.toml says which",
        };
        anyhow!("`{program} --version` does not work: {remedy}.")
    })
}
