//! The library that keeps an engine on loopback: `infra/local/loopback.c`, compiled on this machine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::installation;
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;

const SOURCE: &str = "loopback.c";
const FOLDER: &str = "loopback";

/// For the variable `LD_PRELOAD`.
pub(crate) fn path(checkout: &Checkout) -> PathBuf {
    checkout.tools().join(FOLDER).join("libloopback.so")
}

pub(super) fn install(checkout: &Checkout) -> Result<()> {
    let source = checkout.infra(SOURCE);
    installation::once(checkout, FOLDER, SOURCE, Fingerprint::default().file(&source)?, |_| {
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(path(checkout)).arg(source);
        command::run_logged(&mut compiler, &checkout.log("install-loopback"))
    })?;
    Ok(())
}
