//! Running other programs: with their output in a log file, or in the terminal.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use super::process;
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

/// Runs a program in the terminal and returns how it ended.
pub(crate) fn run_to_end(command: &mut Command) -> Result<ExitStatus> {
    wait(command, || None)
}

/// Runs a program in the terminal and returns whether it succeeded.
pub(crate) fn run_visible(command: &mut Command) -> Result<bool> {
    Ok(run_to_end(command)?.success())
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

/// Starts a program that reads nothing, in a process group of its own. Ctrl-C in the terminal does not reach it.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let child = command.stdin(Stdio::null()).process_group(0).spawn();
    child.with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))
}

fn wait(command: &mut Command, detail: impl Fn() -> Option<String>) -> Result<ExitStatus> {
    let mut child = EndOnDrop(spawn(command)?);
    poll(detail, || Ok(child.0.try_wait()?))
}

/// Ends the program and its children when an interrupt ends the wait for it.
struct EndOnDrop(Child);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            // A drop cannot report errors.
            let _ = i32::try_from(self.0.id()).map(process::end_group);
            let _ = self.0.try_wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_interrupt_ends_a_program_and_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut script = Command::new("sh");
        redirect_output(script.args(["-c", "sleep 600 & echo started; wait"]), &log).unwrap();
        let child = EndOnDrop(spawn(&mut script).unwrap());
        let group = i32::try_from(child.0.id()).unwrap();
        process::wait_while(Duration::from_secs(5), || last_line(&log) != "started");
        assert_eq!(process::members(group).len(), 2);
        drop(child);
        assert!(process::members(group).is_empty());
    }
}
