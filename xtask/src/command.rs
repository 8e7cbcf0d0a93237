//! Running other programs: quietly into a log file with signs of life, or in the open.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::interrupt;
use crate::progress::{SignOfLife, tail};

const POLL: Duration = Duration::from_millis(50);

/// Runs a program with its output in a log file; if it fails, the error shows the end of that file.
pub(crate) fn quietly(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let errors = output.try_clone()?;
    let name = command.get_program().to_string_lossy().into_owned();
    let child = start(command.stdin(Stdio::null()).stdout(output).stderr(errors))?;
    let status = wait(child, || last_line(log))?;
    if !status.success() {
        bail!("{name} failed ({status}).\n{}", tail(log));
    }
    Ok(())
}

/// Runs a program in the terminal; tells whether it succeeded.
pub(crate) fn openly(command: &mut Command) -> Result<bool> {
    let child = start(command.stdin(Stdio::null()))?;
    let mut child = Ended(child);
    loop {
        if let Some(status) = child.0.try_wait()? {
            interrupt::check()?;
            return Ok(status.success());
        }
        interrupt::check()?;
        std::thread::sleep(POLL);
    }
}

/// What a program prints, or `None` if it does not exist or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let both = [output.stdout, output.stderr].concat();
    output.status.success().then(|| String::from_utf8_lossy(&both).into_owned())
}

fn start(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.spawn().with_context(|| format!("cannot start {name}"))
}

fn wait(child: Child, detail: impl Fn() -> String) -> Result<ExitStatus> {
    let mut child = Ended(child);
    let mut life = SignOfLife::start();
    loop {
        if let Some(status) = child.0.try_wait()? {
            interrupt::check()?;
            return Ok(status);
        }
        interrupt::check()?;
        life.show(&detail);
        std::thread::sleep(POLL);
    }
}

/// Ends the program when nobody waits for it any more.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn last_line(log: &Path) -> String {
    const WIDTH: usize = 90;
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(WIDTH).collect()
}
