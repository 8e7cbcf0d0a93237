//! The tier `upgrade`: the programs of the former release and of the present one in one local stack.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use fs_err as fs;

use super::checks;
use super::test_stack::TestStack;
use crate::checkout::Checkout;
use crate::deployment::build;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;
use crate::tools::installation;

/// The former release, which an upgrade replaces and to which a rollback returns. After each release, set this to its commit.
const FORMER: &str = "4699a5083b418a013ae2bc8ba8f5ad33e05f753a";

/// Fails if this clone has not the former release.
pub(crate) fn require(checkout: &Checkout) -> Result<()> {
    let commit = format!("{FORMER}^{{commit}}");
    if command::output(git(checkout).args(["cat-file", "-e", &commit])).is_none() {
        bail!(
            "git finds no commit {FORMER}, the former release: it needs a clone with the whole history (git fetch --unshallow)"
        );
    }
    Ok(())
}

pub(crate) fn run(checkout: &Checkout, stack: &TestStack, arguments: &[String]) -> Result<bool> {
    let mut tests = checks::tests_on_stack(checkout, "upgrade", stack.file());
    command::run_visible(tests.args(arguments).env("CHATLOG_FORMER_PROGRAMS", former_programs(checkout)?))
}

/// Builds the functions of the former release, once. Returns the folder with an archive of each program: `create-message/bootstrap.zip`.
fn former_programs(checkout: &Checkout) -> Result<PathBuf> {
    let setup = Fingerprint::default().text(FORMER).text("unoptimised, for this machine");
    let what = format!("the functions of the former release, {FORMER},");
    let folder = installation::once(checkout, "former-release", &what, setup, |folder| {
        let (source, archive, target) =
            (folder.join("source"), folder.join("source.tar"), folder.join("target"));
        fs::create_dir(&source)?;
        let log = checkout.log("former-release");
        command::run_logged(git(checkout).args(["archive", FORMER, "--output"]).arg(&archive), &log)?;
        let mut unpack = Command::new("tar");
        unpack.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&source);
        command::run_logged(&mut unpack, &log)?;
        let mut compile = build::compilation(checkout)?;
        compile
            .current_dir(&source)
            .args(["--locked", "--compiler", "cargo", "--output-format", "zip", "--lambda-dir"])
            .arg(folder.join("programs"))
            // A folder of its own: in a common one, cargo takes the packages of two workspaces for the same if they have the same names and
            // paths in their workspace.
            .env("CARGO_TARGET_DIR", &target)
            // Neither optimised nor linked for the C library of Lambda: they run for seconds, and only here.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        command::run_logged(&mut compile, &log)?;
        fs::remove_file(archive)?;
        fs::remove_dir_all(target)?;
        Ok(fs::remove_dir_all(source)?)
    })?;
    Ok(folder.join("programs"))
}

fn git(checkout: &Checkout) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(&checkout.root);
    git
}
