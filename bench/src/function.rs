//! A function's process, with stubs for all that Lambda and AWS give it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::environment::variables;
use crate::process::Process;
use crate::runtime_api::{Answer, RuntimeApi};
use crate::shipped::Shipped;
use crate::world::World;

/// A running function. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Function {
    name: String,
    child: Child,
    api: RuntimeApi,
    started: Instant,
    inside: Arc<Mutex<Vec<Duration>>>,
    log: Option<JoinHandle<()>>,
}

impl Function {
    pub(crate) fn start(shipped: &Shipped, name: &str, world: &World) -> Result<Self> {
        let api = RuntimeApi::start()?;
        let mut command = Command::new(shipped.program(name));
        command.env_clear().envs(variables(&shipped.template, world)?);
        command.env("AWS_LAMBDA_RUNTIME_API", api.address()).env("AWS_LAMBDA_FUNCTION_NAME", name);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let inside = Arc::default();
        let log = child.stdout.take().map(|log| {
            let inside = Arc::clone(&inside);
            thread::spawn(move || read_log(log, &inside))
        });
        Ok(Self { name: name.to_owned(), child, api, started, inside, log })
    }

    /// How long it took from the start of the process to its first asking for work.
    pub(crate) fn start_time(&self) -> Result<Duration> {
        let asked = self.api.wait_until_idle().with_context(|| self.name.clone())?;
        Ok(asked.saturating_duration_since(self.started))
    }

    pub(crate) fn invoke(&self, event: &str) -> Result<Answer> {
        self.api.invoke(event).with_context(|| self.name.clone())
    }

    /// Waits until it has nothing left to do.
    pub(crate) fn rest(&self) -> Result<()> {
        self.api.wait_until_idle().map(|_| ()).with_context(|| self.name.clone())
    }

    pub(crate) fn process(&self) -> Process {
        Process::of(self.child.id())
    }

    /// Ends it and answers the times that it noted in its log for its handler, one for each request.
    pub(crate) fn end(mut self) -> Vec<Duration> {
        self.kill();
        if let Some(log) = self.log.take() {
            let _ = log.join();
        }
        std::mem::take(&mut *self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Warnings and errors are shown: a function that has them is not doing what is measured.
fn read_log(log: ChildStdout, inside: &Mutex<Vec<Duration>>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let Ok(entry) = serde_json::from_str::<Value>(&line) else { continue };
        if let Some(microseconds) = entry.get("microseconds").and_then(Value::as_u64) {
            inside.lock().unwrap_or_else(PoisonError::into_inner).push(Duration::from_micros(microseconds));
        }
        if entry.get("level").and_then(Value::as_str) != Some("INFO") {
            eprintln!("{line}");
        }
    }
}
