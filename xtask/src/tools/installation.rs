//! Installs tools into the checkout: pinned, once, marked by a stamp file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use super::cargo::{cargo, remove_own_variables};
use super::python::Python;
use crate::checkout::Checkout;
use crate::machine::fingerprint::Fingerprint;
use crate::machine::{command, lock, progress};

/// Installs the packages of `requirements`, a file of `infra/local` with hashes, into a Python environment. Returns its
/// folder.
pub(crate) fn python_environment(
    checkout: &Checkout,
    python: &Python,
    name: &str,
    requirements: &str,
) -> Result<PathBuf> {
    let file = checkout.infra(requirements);
    let folder = checkout.tools().join(name);
    let setup = Fingerprint::default()
        .file(&file)?
        .text(&python.executable)
        .text(&format!("{:?}", python.version))
        // The scripts of an environment contain its path.
        .text(&folder.to_string_lossy())
        .finish();
    once(checkout, &folder, &setup, &format!("installing {requirements} into .local/tools/{name}"), || {
        let log = checkout.log(&format!("install-{name}"));
        let mut create = Command::new(&python.executable);
        command::run_logged(create.args(["-m", "venv"]).arg(&folder), &log)?;
        let mut install = Command::new(folder.join("bin/python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--require-hashes",
            "--disable-pip-version-check",
        ]);
        command::run_logged(install.arg("-r").arg(&file), &log)
    })?;
    Ok(folder)
}

/// Installs a cargo subcommand and returns a command that runs it. It is not optimised: it runs for seconds only.
pub(crate) fn cargo_tool(checkout: &Checkout, name: &str, version: &str) -> Result<Command> {
    let folder = checkout.tools().join(name);
    let setup = Fingerprint::default().text(version).text("unoptimised").finish();
    once(
        checkout,
        &folder,
        &setup,
        &format!("installing {name} {version} into .local/tools/{name}"),
        || {
            let target = folder.join("target");
            let mut install = cargo(checkout);
            install
                .args(["install", name, "--version", version, "--locked", "--debug", "--root"])
                .arg(&folder)
                .env("CARGO_TARGET_DIR", &target)
                .env("CARGO_PROFILE_DEV_DEBUG", "0");
            command::run_logged(&mut install, &checkout.log(&format!("install-{name}")))?;
            Ok(fs::remove_dir_all(target)?)
        },
    )?;
    let mut tool = Command::new(folder.join("bin").join(name));
    tool.current_dir(&checkout.root);
    remove_own_variables(&mut tool);
    Ok(tool)
}

/// Empties the folder and does the work, unless the stamp says that this setup is in place. The stamp is written last.
pub(super) fn once(
    checkout: &Checkout,
    folder: &Path,
    setup: &str,
    what: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = folder.join(".installed");
    let is_done = || fs::read_to_string(&stamp).is_ok_and(|done| done == setup);
    if is_done() {
        return Ok(());
    }
    let _lock = lock::acquire(&checkout.lock("tools"), "another installation into .local/tools")?;
    if is_done() {
        return Ok(());
    }
    progress::step(what, || {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        work()?;
        Ok(fs::write(&stamp, setup)?)
    })
}
