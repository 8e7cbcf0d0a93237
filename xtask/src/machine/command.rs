//! Running other programs: with their output in a log file, or in the terminal.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use super::progress::{last_line, poll, tail};

/// Runs a program with its output in a log file. If it fails, the error shows the end of that file.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    redirect_output(command, log)?;
    let status = wait(command, || Some(last_line(log)))?;
    if !status.success() {
        bail!("{} failed ({status}).\n{}", command.get_program().to_string_lossy(), tail(log));
    }
    Ok(())
}

/// Runs a program in the terminal and returns whether it succeeded.
pub(crate) fn run_visible(command: &mut Command) -> Result<bool> {
    Ok(wait(command, || None)?.success())
}

/// The output and errors of a program, or `None` if it does not exist or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let both = [output.stdout, output.stderr].concat();
    output.status.success().then(|| String::from_utf8_lossy(&both).into_owned())
}

/// Lets a program write its output and errors into a new log file.
pub(crate) fn redirect_output(command: &mut Command, log: &Path) -> Result<()> {
    fs::create_dir_all(log.parent().context("a log file lies in a folder")?)?;
    let output = fs::File::create(log)?.into_parts().0;
    command.stdout(output.try_clone()?).stderr(output);
    Ok(())
}

/// Starts a program that reads nothing.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let child = command.stdin(Stdio::null()).spawn();
    child.with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))
}

fn wait(command: &mut Command, detail: impl Fn() -> Option<String>) -> Result<ExitStatus> {
    let mut child = KillOnDrop(spawn(command)?);
    poll(detail, || Ok(child.0.try_wait()?))
}

/// Ends the program when an interrupt ends the wait for it.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
