//! The engines of a stack: one that has the AWS APIs, and OpenSearch.
//!
//! An engine is a process in a process group of its own that outlives xtask. A record file names it; only a process that
//! matches its record is ever ended.

pub(crate) mod aws_api;
pub(crate) mod aws_engine;
mod localstack;
mod ministack;
pub(crate) mod opensearch;
pub(crate) mod ports;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::machine::process::{self, wait_while};
use crate::machine::progress::{tail, wait_for};
use crate::machine::{command, json_file, port};
use crate::stack_folder::StackFolder;

#[derive(Debug)]
pub(crate) struct Engine {
    name: &'static str,
    record: PathBuf,
    log: PathBuf,
    data: PathBuf,
    /// How long it may take to save its data when it is told to end.
    stop_timeout: Duration,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    pid: i32,
    started: String,
    /// The fingerprint of what it was started with.
    setup: String,
}

impl Record {
    fn is_running(&self) -> bool {
        process::started(self.pid).as_ref() == Some(&self.started)
    }

    /// Whether the process id belongs to another program now.
    fn is_foreign(&self) -> bool {
        process::started(self.pid).is_some_and(|started| started != self.started)
    }
}

impl Engine {
    fn new(folder: &StackFolder, name: &'static str, stop_timeout: Duration) -> Self {
        let file = name.to_lowercase();
        let record = folder.path.join("engines").join(format!("{file}.json"));
        Self { name, record, log: folder.log(&file), data: folder.data().join(file), stop_timeout }
    }

    /// Whether the engine must be started. If it runs with another setup, it is ended. Fails if its port is taken.
    fn must_start(&self, setup: &str, port: u16, port_option: &str) -> Result<bool> {
        if self.record().is_some_and(|record| record.setup == setup && record.is_running()) {
            return Ok(false);
        }
        self.stop()?;
        port::require_free(port, self.name, port_option)?;
        Ok(true)
    }

    /// A command in the engine's data folder, without the environment of xtask.
    fn command(&self, program: impl AsRef<OsStr>) -> Result<Command> {
        let temporary = self.data.join("tmp");
        fs::create_dir_all(&temporary)?;
        let mut command = Command::new(program);
        command.current_dir(&self.data).env_clear();
        command.envs([("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")]);
        command.env("HOME", &self.data).env("TMPDIR", temporary);
        Ok(command)
    }

    /// Starts the engine and does not wait until it is ready.
    fn start(&self, command: &mut Command, setup: &str) -> Result<()> {
        command::redirect_output(command, &self.log)?;
        let child = command::spawn(command)?;
        let pid = i32::try_from(child.id()).context("a process id fits")?;
        let Some(started) = process::started(pid) else {
            bail!("{} ended at once.\n{}", self.name, tail(&self.log));
        };
        json_file::write(&self.record, &Record { pid, started, setup: setup.to_owned() })
    }

    /// Waits until `is_ready`. Fails if the engine ends before, or if another program listens on its port.
    fn wait_until(&self, port: u16, timeout: Duration, is_ready: impl Fn() -> bool) -> Result<()> {
        let name = self.name;
        let ask = || {
            let Some(record) = self.record().filter(Record::is_running) else {
                bail!("{name} ended before it was ready.\n{}", tail(&self.log));
            };
            if !is_ready() {
                return Ok(None);
            }
            // The reply may come from the engine of another checkout, which took the port first.
            port::require_listener_of_group(port, name, record.pid)?;
            Ok(Some(()))
        };
        wait_for(&format!("{name} answers"), timeout, ask, || tail(&self.log))
    }

    /// Ends the engine and its children. Returns whether it ran.
    pub(crate) fn stop(&self) -> Result<bool> {
        let Some(record) = self.record() else { return Ok(false) };
        let was_running = record.is_running();
        if was_running && !self.stop_timeout.is_zero() {
            // The engine first and alone: while it saves its data, its children still serve it.
            send(Signal::TERM, record.pid);
            wait_while(self.stop_timeout, || record.is_running());
        }
        if !record.is_foreign() {
            process::end_group(record.pid)?;
        }
        fs::remove_file(&self.record)?;
        Ok(was_running)
    }

    /// Fails if a process of its group listens where other machines reach it.
    pub(crate) fn require_loopback(&self) -> Result<()> {
        self.record().map_or(Ok(()), |record| port::require_loopback(self.name, record.pid))
    }

    pub(crate) fn is_running(&self) -> bool {
        self.record().is_some_and(|record| record.is_running())
    }

    fn record(&self) -> Option<Record> {
        json_file::read(&self.record)
    }
}

/// Ignores errors: the process may have ended by itself.
fn send(signal: Signal, pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;
    use crate::engine::aws_engine::AwsEngine;

    const TIMEOUT: Duration = Duration::from_secs(5);

    fn engine(folder: &tempfile::TempDir, name: &'static str) -> Engine {
        Engine::new(&StackFolder::of_tests(folder.path().to_owned(), AwsEngine::default()), name, TIMEOUT)
    }

    fn start(engine: &Engine, script: &str) -> Record {
        engine.start(Command::new("sh").args(["-c", script]), "setup").unwrap();
        engine.record().unwrap()
    }

    #[test]
    fn stop_ends_the_engine_and_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder, "Engine");
        let record = start(&engine, "sleep 600 & sleep 600");
        assert!(record.is_running());
        assert!(engine.stop().unwrap());
        assert!(process::members(record.pid).is_empty());
        assert!(engine.record().is_none());
    }

    #[test]
    fn stop_ends_the_children_of_an_engine_that_died() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder, "Engine");
        let record = start(&engine, "sleep 600 & sleep 600");
        send(Signal::KILL, record.pid);
        wait_while(TIMEOUT, || record.is_running());
        assert!(!record.is_running() && !record.is_foreign());
        assert!(!engine.stop().unwrap());
        assert!(process::members(record.pid).is_empty());
    }

    #[test]
    fn stop_spares_a_program_that_got_the_process_id_of_an_engine() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, gone) = (engine(&folder, "Engine"), engine(&folder, "Gone"));
        let record = start(&engine, "sleep 600");
        let stale = Record { started: "earlier".into(), ..record.clone() };
        json_file::write(&gone.record, &stale).unwrap();
        assert!(stale.is_foreign());
        assert!(!gone.stop().unwrap());
        assert!(gone.record().is_none());
        assert!(record.is_running());
        engine.stop().unwrap();
    }

    #[test]
    fn a_dead_engine_is_not_ready_even_if_another_program_answers_on_its_port() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder, "Engine");
        let record = start(&engine, "sleep 600");
        send(Signal::KILL, record.pid);
        wait_while(TIMEOUT, || record.is_running());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        let error = engine.wait_until(port, TIMEOUT, answers).unwrap_err().to_string();
        assert!(error.contains("Engine ended before it was ready"), "{error}");
        engine.stop().unwrap();
    }

    #[test]
    fn a_running_engine_is_not_ready_if_another_program_answers_on_its_port() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder, "Engine");
        start(&engine, "sleep 600");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        let error = engine.wait_until(port, TIMEOUT, answers).unwrap_err().to_string();
        assert!(error.contains(&format!("process {} ", std::process::id())), "{error}");
        engine.stop().unwrap();
    }

    #[test]
    fn an_engine_with_another_setup_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder, "Engine");
        let record = start(&engine, "sleep 600");
        assert!(!engine.must_start("setup", 0, "--port").unwrap());
        assert!(engine.must_start("another", 0, "--port").unwrap());
        assert!(!record.is_running());
        assert!(engine.must_start("setup", 0, "--port").unwrap());
    }
}
