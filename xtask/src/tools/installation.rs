//! Installs tools into `.local/tools`: pinned, once, marked by a stamp file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use super::cargo::{cargo, remove_own_variables, without_clippy};
use super::python::{self, Python};
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
    let setup = python_setup(checkout, python, name, requirements)?;
    once(checkout, name, requirements, setup, |folder| {
        let uv = uv(checkout)?.join("bin/uv");
        let log = checkout.log(&format!("install-{name}"));
        let mut create = Command::new(&uv);
        create.args(["venv", "--no-config", "--python", &python.executable]).arg(folder);
        command::run_logged(&mut create, &log)?;
        let mut install = Command::new(&uv);
        install
            .args(["pip", "install", "--no-config", "--system-certs", "--no-deps", "--require-hashes"])
            .arg("--python")
            .arg(folder.join("bin/python"))
            .arg("--requirements")
            .arg(checkout.infra(requirements));
        command::run_logged(&mut install, &log)
    })
}

/// Installs uv, which installs all other Python packages in a tenth of pip's time. Returns its environment.
fn uv(checkout: &Checkout) -> Result<PathBuf> {
    let python = python::find()?;
    let (name, requirements) = ("uv", "uv.txt");
    let setup = python_setup(checkout, &python, name, requirements)?;
    once(checkout, name, requirements, setup, |folder| {
        let log = checkout.log(&format!("install-{name}"));
        let mut create = Command::new(&python.executable);
        command::run_logged(create.args(["-m", "venv"]).arg(folder), &log)?;
        let mut install = Command::new(folder.join("bin/python"));
        let options = "--no-deps --no-compile --require-hashes --disable-pip-version-check";
        install.args(["-m", "pip", "install"]).args(options.split(' ')).arg("-r");
        command::run_logged(install.arg(checkout.infra(requirements)), &log)
    })
}

fn python_setup(checkout: &Checkout, python: &Python, name: &str, requirements: &str) -> Result<Fingerprint> {
    let setup = Fingerprint::default()
        .file(&checkout.infra(requirements))?
        .text(&python.executable)
        .text(&format!("{:?}", python.version))
        // The scripts of an environment contain its path.
        .text(&checkout.tools().join(name).to_string_lossy());
    Ok(setup)
}

/// Installs a cargo subcommand and returns a command that runs it. It is not optimised: it runs for seconds only.
pub(crate) fn cargo_tool(checkout: &Checkout, name: &str, version: &str) -> Result<Command> {
    let setup = Fingerprint::default().text(version).text("unoptimised");
    let folder = once(checkout, name, &format!("{name} {version}"), setup, |folder| {
        let target = folder.join("target");
        let mut install = cargo(checkout, "install --locked --debug");
        install
            .args([name, "--version", version, "--root"])
            .arg(folder)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        command::run_logged(without_clippy(&mut install), &checkout.log(&format!("install-{name}")))?;
        Ok(fs::remove_dir_all(target)?)
    })?;
    let mut tool = Command::new(folder.join("bin").join(name));
    tool.current_dir(&checkout.root);
    remove_own_variables(&mut tool);
    Ok(tool)
}

/// Empties the folder `name` and lets `install` fill it, unless its stamp says that this setup is in place. The stamp is
/// written last. Returns the folder.
pub(crate) fn once(
    checkout: &Checkout,
    name: &str,
    what: &str,
    setup: Fingerprint,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let folder = checkout.tools().join(name);
    let stamp = folder.join(".installed");
    let setup = setup.finish();
    let is_installed = || fs::read_to_string(&stamp).is_ok_and(|installed| installed == setup);
    if is_installed() {
        return Ok(folder);
    }
    let lock = checkout.lock(&format!("tools-{name}"));
    let _lock = lock::acquire(&lock, &format!("another installation of {name}"))?;
    if is_installed() {
        return Ok(folder);
    }
    progress::step(&format!("installing {what} into .local/tools/{name}"), || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        install(&folder)?;
        Ok(fs::write(&stamp, &setup)?)
    })?;
    Ok(folder)
}
