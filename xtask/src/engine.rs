//! A long-lived engine process: started in a process group of its own, recorded, and ended by that record alone.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::process_table::{self, Process};
use crate::stack_home::{read_json, write_json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) pid: i32,
    pub(crate) started: String,
    /// What it was started with; another value asks for a new start.
    pub(crate) setup: String,
}

/// What a record stands for now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Running,
    /// The engine itself has ended; some of its children may live on.
    Ended,
    /// The id belongs to another program now.
    Foreign,
}

pub(crate) fn start(command: &mut Command, setup: &str, record: &Path, log: &Path) -> Result<Record> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let errors = output.try_clone()?;
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let pid = i32::try_from(child.id()).context("a process id fits")?;
    let Some(process) = process_table::find(pid) else {
        bail!("{program} ended at once.\n{}", crate::progress::tail(log));
    };
    let made = Record { pid, started: process.started, setup: setup.to_owned() };
    write_json(record, &made)?;
    Ok(made)
}

pub(crate) fn recorded(record: &Path) -> Option<Record> {
    read_json(record)
}

pub(crate) fn standing(record: &Record) -> Standing {
    judge(record, process_table::find(record.pid).as_ref())
}

fn judge(record: &Record, process: Option<&Process>) -> Standing {
    match process {
        None => Standing::Ended,
        Some(process) if process.started == record.started => Standing::Running,
        Some(_) => Standing::Foreign,
    }
}

/// Whether the recorded engine runs with this very setup. One that does not is ended with `stop`.
pub(crate) fn runs_already(path: &Path, setup: &str, stop: impl FnOnce() -> Result<()>) -> Result<bool> {
    let Some(running) = recorded(path) else { return Ok(false) };
    let same = standing(&running) == Standing::Running && running.setup == setup;
    if !same {
        stop()?;
    }
    Ok(same)
}

/// Ends the recorded engine and its children, and forgets it. `patience` is how long it may take to write its data.
pub(crate) fn stop(path: &Path, patience: Duration) -> Result<bool> {
    let Some(record) = recorded(path) else { return Ok(false) };
    let standing = standing(&record);
    if standing == Standing::Running {
        // The engine first and alone, so that it ends in good order while its children still serve it.
        let _ = kill(Pid::from_raw(record.pid), Signal::SIGTERM);
        gone(patience, || self::standing(&record) != Standing::Running);
    }
    if standing != Standing::Foreign {
        for (signal, patience) in [(Signal::SIGTERM, 2), (Signal::SIGKILL, 5)] {
            for process in process_table::members(record.pid) {
                let _ = kill(Pid::from_raw(process.pid), signal);
            }
            if gone(Duration::from_secs(patience), || process_table::members(record.pid).is_empty()) {
                break;
            }
        }
        if !process_table::members(record.pid).is_empty() {
            bail!("process group {} does not end, not even when killed", record.pid);
        }
    }
    std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    Ok(standing == Standing::Running)
}

fn gone(patience: Duration, is_gone: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < patience {
        if is_gone() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    is_gone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(folder: &Path, script: &str) -> Record {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        start(&mut command, "setup", &folder.join("record"), &folder.join("log")).unwrap()
    }

    #[test]
    fn stopping_ends_the_engine_with_its_children_and_forgets_it() {
        let folder = tempfile::tempdir().unwrap();
        let record = started(folder.path(), "sleep 600 & sleep 600");
        assert_eq!(standing(&record), Standing::Running);
        assert!(stop(&folder.path().join("record"), Duration::from_secs(5)).unwrap());
        assert!(process_table::members(record.pid).is_empty());
        assert!(recorded(&folder.path().join("record")).is_none());
    }

    #[test]
    fn children_of_an_engine_that_died_are_ended_too() {
        let folder = tempfile::tempdir().unwrap();
        let record = started(folder.path(), "sleep 600 & sleep 600");
        kill(Pid::from_raw(record.pid), Signal::SIGKILL).unwrap();
        assert!(gone(Duration::from_secs(5), || standing(&record) == Standing::Ended));
        stop(&folder.path().join("record"), Duration::from_secs(5)).unwrap();
        assert!(process_table::members(record.pid).is_empty());
    }

    #[test]
    fn a_record_whose_id_another_program_got_is_forgotten_and_that_program_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let record = started(folder.path(), "sleep 600");
        let stale = Record { started: "earlier".into(), ..record.clone() };
        write_json(&folder.path().join("stale"), &stale).unwrap();
        assert_eq!(standing(&stale), Standing::Foreign);
        assert!(!stop(&folder.path().join("stale"), Duration::from_secs(5)).unwrap());
        assert_eq!(standing(&record), Standing::Running);
        stop(&folder.path().join("record"), Duration::from_secs(5)).unwrap();
    }
}
