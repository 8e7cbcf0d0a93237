use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use deployment_template::Template;
use tokio::time::{sleep, timeout};

use super::program::{Program, Programs, Sandbox};
use super::release::{Release, Releases};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::random::{Latency, Random};
use crate::trace::Trace;

/// How long an idle sandbox is kept. AWS does not say; minutes are observed.
const IDLE: Duration = Duration::from_mins(6);
/// After how long without an invocation the services may have closed a sandbox's connections. AWS does not say.
const FROZEN: Duration = Duration::from_mins(1);

/// Why an invocation returned nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The account has no concurrency left. The function did not run.
    Throttled,
    /// The function was ended in the middle: by its timeout, or by a kill.
    Ended,
}

/// Functions in their sandboxes, with the concurrency that the account gives to all of them together. Clones share it.
#[derive(Clone)]
pub(crate) struct Lambda(Arc<Inner>);

struct Inner {
    clock: Clock,
    programs: Programs,
    timeouts: BTreeMap<String, (Duration, u32)>,
    concurrency: u32,
    faults: Faults,
    random: Random,
    cold_start: Latency,
    trace: Trace,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Sandboxes without an invocation, by function and release, and since when. The last one is used first.
    idle: BTreeMap<(String, Release), VecDeque<(Duration, Sandbox)>>,
    releases: Releases,
    running: BTreeMap<String, u32>,
    usage: Usage,
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

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda").finish_non_exhaustive()
    }
}

impl Lambda {
    /// `concurrency` is the account's limit of concurrent executions, 1,000 unless AWS raised it.
    /// Source: "Lambda quotas" in the AWS Lambda developer guide.
    pub(crate) fn new(
        template: &Template,
        programs: Programs,
        concurrency: u32,
        clock: Clock,
        faults: Faults,
        random: Random,
        trace: Trace,
    ) -> Self {
        let timeouts = template
            .functions
            .iter()
            .map(|function| (function.name.clone(), (function.timeout, function.memory_mib)));
        Self(Arc::new(Inner {
            clock,
            programs,
            timeouts: timeouts.collect(),
            concurrency,
            faults,
            random,
            // Assumed for a small Rust program: docs/scale.md.
            cold_start: Latency::new(Duration::from_millis(120), Duration::from_millis(400)),
            trace,
            state: Mutex::default(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many invocations of a function run now.
    pub(crate) fn running(&self, name: &str) -> u32 {
        self.lock().running.get(name).copied().unwrap_or_default()
    }

    /// How many invocations run now.
    pub(crate) fn running_in_total(&self) -> u32 {
        self.lock().running.values().sum()
    }

    pub(crate) fn usage(&self) -> Usage {
        self.lock().usage
    }

    /// Deploys the next release of a function.
    pub(crate) fn deploy(&self, name: &str) {
        let now = self.0.clock.now();
        self.lock().releases.deploy(name, now);
        self.0.trace.line(now, format_args!("the next release of {name} is deployed"));
    }

    /// Invokes a function in an idle sandbox, or in a new one. `run` does what the invocation does; dropping its future
    /// is how the function ends in the middle.
    ///
    /// # Errors
    /// The program cannot start: its environment lacks something.
    pub(crate) async fn invoke<T, Run>(
        &self,
        name: &str,
        run: impl FnOnce(Program) -> Run,
    ) -> Result<Result<T, Failure>>
    where
        Run: Future<Output = T>,
    {
        let (limit, memory) = *self.0.timeouts.get(name).context("no such function")?;
        let (release, sandbox) = match self.acquire(name) {
            Err(failure) => return Ok(Err(failure)),
            Ok(acquired) => acquired,
        };
        let sandbox = if let Some(sandbox) = sandbox {
            sandbox
        } else {
            sleep(self.0.cold_start.draw(&self.0.random)).await;
            self.0.programs.start(name, release)?
        };
        let start = self.0.clock.now();
        let kill = self.0.faults.kills_invocation(start);
        let most = kill.unwrap_or(limit).min(limit);
        sandbox.connections.reset_calls();
        let outcome = timeout(most, run(sandbox.program.clone())).await;
        let end = self.0.clock.now();
        let mut state = self.lock();
        if let Some(running) = state.running.get_mut(name) {
            *running -= 1;
        }
        state.usage.gb_seconds += end.saturating_sub(start).as_secs_f64() * f64::from(memory) / 1_024.0;
        if matches!(sandbox.program, Program::Api(_)) {
            state.usage.most_calls = state.usage.most_calls.max(sandbox.connections.calls());
        }
        let Ok(outcome) = outcome else {
            drop(state);
            self.0.trace.line(end, format_args!("{name} ended in the middle"));
            if kill.is_some() {
                self.0.faults.count_kill();
            }
            return Ok(Err(Failure::Ended));
        };
        state.idle.entry((name.to_owned(), release)).or_default().push_back((end, sandbox));
        Ok(Ok(outcome))
    }

    /// Counts an invocation that starts. Returns its release, and an idle sandbox of it if there is one. Fails if the
    /// account has no concurrency left.
    fn acquire(&self, name: &str) -> Result<(Release, Option<Sandbox>), Failure> {
        let now = self.0.clock.now();
        let mut state = self.lock();
        if state.running.values().sum::<u32>() >= self.0.concurrency {
            return Err(Failure::Throttled);
        }
        *state.running.entry(name.to_owned()).or_default() += 1;
        state.usage.invocations += 1;
        let release = state.releases.of(name, now, &self.0.random);
        let sandbox = state.idle.get_mut(&(name.to_owned(), release)).and_then(|idle| {
            // They are in the order in which they became idle.
            while idle.front().is_some_and(|(since, _)| now.saturating_sub(*since) >= IDLE) {
                idle.pop_front();
            }
            idle.pop_back()
        });
        drop(state);
        let sandbox = sandbox.map(|(since, sandbox)| {
            if now.saturating_sub(since) >= FROZEN && self.0.faults.kills_connections(now) {
                sandbox.connections.die();
            }
            sandbox
        });
        Ok((release, sandbox))
    }
}
