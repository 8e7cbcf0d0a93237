use std::collections::BTreeMap;
use std::time::Duration;

use super::function::{FunctionName, Limits};
use super::idle::IdleSandboxes;
use super::program::Program;
use super::release::{Release, Releases};
use super::sandbox::Sandbox;
use crate::random::Random;

/// What runs, what could run, and what was used until now.
#[derive(Default)]
pub(super) struct State {
    pub(super) idle: IdleSandboxes,
    pub(super) releases: Releases,
    running: BTreeMap<FunctionName, u32>,
    pub(super) usage: Usage,
}

/// What all invocations together used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) invocations: u64,
    /// The sum of their durations times their memory.
    pub(crate) gb_seconds: f64,
    /// The most AWS calls that one invocation of a function of the API made.
    pub(crate) most_calls: u32,
}

impl State {
    pub(super) fn running(&self, name: &str) -> u32 {
        self.running.get(name).copied().unwrap_or_default()
    }

    pub(super) fn running_in_total(&self) -> u32 {
        self.running.values().sum()
    }

    /// Counts an invocation that starts. Returns its release, and an idle sandbox of it, with the time since when it is
    /// idle, if there is one.
    pub(super) fn start(
        &mut self,
        name: &FunctionName,
        now: Duration,
        random: &Random,
    ) -> (Release, Option<(Duration, Sandbox)>) {
        *self.running.entry(name.clone()).or_default() += 1;
        self.usage.invocations += 1;
        let release = self.releases.of(name, now, random);
        (release, self.idle.take(name, release, now))
    }

    /// Counts the end of an invocation, and what it used.
    pub(super) fn end(&mut self, name: &FunctionName, limits: Limits, sandbox: &Sandbox, took: Duration) {
        if let Some(running) = self.running.get_mut(name) {
            *running -= 1;
        }
        self.usage.gb_seconds += took.as_secs_f64() * f64::from(limits.memory_mib) / 1_024.0;
        if matches!(sandbox.program, Program::Api(_)) {
            self.usage.most_calls = self.usage.most_calls.max(sandbox.connections.calls());
        }
    }
}
