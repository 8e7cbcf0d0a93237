//! The tools that are installed into the checkout: each from a lock file with hashes, once, marked by a stamp.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo::cargo;
use crate::checkout::Checkout;
use crate::fingerprint::Fingerprint;
use crate::python::Python;
use crate::{command, lock, progress};

/// What a stack needs. MiniStack is apart from the rest: the two pin different versions of botocore.
const ENVIRONMENTS: [(&str, &str); 2] = [("engine", "engine.txt"), ("aws", "tools.txt")];

pub(crate) fn install_python_tools(checkout: &Checkout, python: &Python) -> Result<()> {
    for (name, locked) in ENVIRONMENTS {
        install_environment(checkout, python, name, locked)?;
    }
    Ok(())
}

/// A Python environment with what `locked`, a file of infra/local, lists; answers where it is.
pub(crate) fn install_environment(
    checkout: &Checkout,
    python: &Python,
    name: &str,
    locked: &str,
) -> Result<PathBuf> {
    let requirements = checkout.infra(locked);
    let place = checkout.tools().join(name);
    let setup = Fingerprint::default()
        .file(&requirements)?
        .text(&python.executable)
        .text(&format!("{:?}", python.version))
        // An environment names its own place in its scripts.
        .text(&place.to_string_lossy())
        .finish();
    once(checkout, &place, &setup, &format!("installing {locked} into .local/tools/{name}"), || {
        let log = checkout.step_logs().join(format!("install-{name}.log"));
        let mut create = Command::new(&python.executable);
        command::quietly(create.args(["-m", "venv"]).arg(&place), &log)?;
        let mut install = Command::new(place.join("bin/python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--require-hashes",
            "--disable-pip-version-check",
        ]);
        command::quietly(install.arg("-r").arg(&requirements), &log)
    })?;
    Ok(place)
}

/// A cargo subcommand of a fixed version, built without optimisation: it runs for seconds.
pub(crate) fn install_cargo_tool(checkout: &Checkout, name: &str, version: &str) -> Result<()> {
    let place = checkout.tools().join(name);
    let setup = Fingerprint::default().text(version).text("unoptimised").finish();
    once(checkout, &place, &setup, &format!("installing {name} {version} into .local/tools/{name}"), || {
        let mut install = cargo(checkout);
        install
            .args(["install", name, "--version", version, "--locked", "--root"])
            .arg(&place)
            .env("CARGO_TARGET_DIR", place.join("target"))
            .envs([
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
                ("CARGO_PROFILE_RELEASE_LTO", "off"),
                ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
                ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
            ]);
        command::quietly(&mut install, &checkout.step_logs().join(format!("install-{name}.log")))?;
        std::fs::remove_dir_all(place.join("target")).context("cannot remove what the build left")
    })
}

/// Does the work unless its stamp says that this very setup is in place; the stamp is written last.
pub(crate) fn once(
    checkout: &Checkout,
    place: &Path,
    setup: &str,
    what: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = place.join(".installed");
    let is_done = || std::fs::read_to_string(&stamp).is_ok_and(|done| done == setup);
    if is_done() {
        return Ok(());
    }
    let _lock = lock::acquire(&checkout.locks().join("tools"), "another installation into .local/tools")?;
    if is_done() {
        return Ok(());
    }
    progress::step(what, || {
        if place.exists() {
            std::fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
        }
        std::fs::create_dir_all(place).with_context(|| format!("cannot create {}", place.display()))?;
        work()?;
        std::fs::write(&stamp, setup).with_context(|| format!("cannot write {}", stamp.display()))
    })
}
