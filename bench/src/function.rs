//! The process of a function.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use procfs::process::Process;
use serde_json::Value;
use simulated_aws::{RuntimeApi, Stubs};

use crate::shipped::Shipped;

/// A running function. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Function {
    name: String,
    child: Child,
    api: RuntimeApi,
    started: Instant,
    log: Option<JoinHandle<LogVolume>>,
}

/// What a function logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LogVolume {
    pub(crate) lines: usize,
    /// Without the ends of lines.
    pub(crate) bytes: usize,
}

impl Function {
    pub(crate) fn start(shipped: &Shipped, name: &str, stubs: &Stubs) -> Result<Self> {
        let api = RuntimeApi::start()?;
        let mut command = Command::new(shipped.program(name));
        command.env_clear().envs(stubs.variables(name)?).env("AWS_LAMBDA_RUNTIME_API", api.address());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let log = child.stdout.take().map(|log| thread::spawn(move || show_warnings(log)));
        Ok(Self { name: name.to_owned(), child, api, started, log })
    }

    /// From the start of the process until it first asks for an event. Only before the first event.
    pub(crate) fn start_time(&mut self) -> Result<Duration> {
        let started = self.started;
        let asked = self.api.wait_until_idle().with_context(|| self.name.clone())?;
        Ok(asked.saturating_duration_since(started))
    }

    pub(crate) fn invoke(&mut self, event: &str) -> Result<(String, Duration)> {
        self.api.invoke(event).with_context(|| self.name.clone())
    }

    /// Waits until it has nothing left to do.
    pub(crate) fn wait_until_idle(&mut self) -> Result<()> {
        self.api.wait_until_idle().map(|_| ()).with_context(|| self.name.clone())
    }

    fn process(&self) -> Result<Process> {
        Ok(Process::new(self.child.id().try_into()?)?)
    }

    /// CPU time of all its threads so far, in user code and in the kernel on its behalf.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in self.process()?.tasks()? {
            sum += Duration::from_nanos(thread?.schedstat()?.sum_exec_runtime);
        }
        Ok(sum)
    }

    /// The most memory it ever had resident, in MiB.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        let kib = self.process()?.status()?.vmhwm.context("the kernel does not know VmHWM")?;
        Ok(f64::from(u32::try_from(kib)?) / 1024.0)
    }

    /// Ends it. Returns what it logged.
    pub(crate) fn finish(mut self) -> Result<LogVolume> {
        self.end();
        let log = self.log.take().context("it has no log")?;
        log.join().ok().context("nobody read its log")
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.end();
    }
}

/// A function that warns is not doing what is measured.
fn show_warnings(log: impl Read) -> LogVolume {
    let mut volume = LogVolume::default();
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let entry: Option<Value> = serde_json::from_str(&line).ok();
        if entry.is_none_or(|entry| entry.get("level").and_then(Value::as_str) != Some("INFO")) {
            eprintln!("{line}");
        }
        volume.lines += 1;
        volume.bytes += line.len();
    }
    volume
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_of_a_log_is_that_of_its_lines() {
        let log = "{\"level\":\"INFO\"}\n{\"level\":\"INFO\",\"message\":\"茶\"}\n";
        assert_eq!(show_warnings(log.as_bytes()), LogVolume { lines: 2, bytes: 16 + 32 });
    }
}
