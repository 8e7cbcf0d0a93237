use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use deployment_template::Template;
use tokio::time::{sleep, timeout};

use super::function::{FunctionName, Limits};
use super::program::Program;
use super::release::Release;
use super::sandbox::{Sandbox, Sandboxes};
use super::state::{State, Usage};
use crate::context::RunContext;
use crate::random::{Latency, Random};

/// After how long without an invocation the services may have closed a sandbox's connections. AWS does not say.
const FROZEN: Duration = Duration::from_mins(1);

/// Why an invocation returned nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The account has no concurrency left. The function did not run.
    Throttled,
    /// The function was interrupted by its timeout or a kill.
    Ended,
}

/// Functions in their sandboxes, with the concurrency that the account gives to all of them together. Clones share it.
#[derive(Clone)]
pub(crate) struct Lambda(Arc<Inner>);

struct Inner {
    context: RunContext,
    sandboxes: Sandboxes,
    limits: BTreeMap<FunctionName, Limits>,
    concurrency: u32,
    random: Random,
    cold_start: Latency,
    state: Mutex<State>,
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
        sandboxes: Sandboxes,
        concurrency: u32,
        context: RunContext,
        random: Random,
    ) -> Self {
        let functions = template.functions.iter();
        let limits = functions.map(|function| (FunctionName::new(&function.name), function.into()));
        Self(Arc::new(Inner {
            context,
            sandboxes,
            limits: limits.collect(),
            concurrency,
            random,
            // Assumed for a small Rust program: docs/scale.md.
            cold_start: Latency::new(Duration::from_millis(120), Duration::from_millis(400)),
            state: Mutex::default(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many invocations of a function run now.
    pub(crate) fn running(&self, name: &str) -> u32 {
        self.lock().running(name)
    }

    /// How many invocations run now.
    pub(crate) fn running_in_total(&self) -> u32 {
        self.lock().running_in_total()
    }

    pub(crate) fn usage(&self) -> Usage {
        self.lock().usage
    }

    /// Deploys the next release of a function.
    pub(crate) fn deploy(&self, name: &FunctionName) {
        let context = &self.0.context;
        self.lock().releases.deploy(name, context.now());
        context.trace(format_args!("the next release of {name} is deployed"));
    }

    /// Invokes a function in an idle sandbox, or in a new one. `run` does what the invocation does; a timeout or a
    /// kill drops its future.
    ///
    /// # Errors
    /// The program cannot start: its environment lacks something.
    pub(crate) async fn invoke<T, Run>(
        &self,
        name: &FunctionName,
        run: impl FnOnce(Program) -> Run,
    ) -> Result<Result<T, Failure>>
    where
        Run: Future<Output = T>,
    {
        let Inner { context, sandboxes, limits, random, cold_start, .. } = &*self.0;
        let limits = *limits.get(name).context("no such function")?;
        let (release, sandbox) = match self.acquire(name) {
            Err(failure) => return Ok(Err(failure)),
            Ok(acquired) => acquired,
        };
        let sandbox = if let Some(sandbox) = sandbox {
            sandbox
        } else {
            sleep(cold_start.draw(random)).await;
            sandboxes.start(name, release)?
        };
        let start = context.now();
        let kill = context.faults.kills_invocation(start);
        let longest = kill.unwrap_or(limits.timeout).min(limits.timeout);
        sandbox.connections.reset_calls();
        let outcome = timeout(longest, run(sandbox.program.clone())).await;
        self.lock().end(name, limits, &sandbox, context.now().saturating_sub(start));
        let Ok(outcome) = outcome else {
            context.trace(format_args!("{name} ended in the middle"));
            if kill.is_some() {
                context.faults.count_kill();
            }
            return Ok(Err(Failure::Ended));
        };
        self.lock().idle.put(name, release, sandbox, context.now());
        Ok(Ok(outcome))
    }

    /// Starts an invocation. Returns its release, and an idle sandbox of it if there is one. Fails if the account has no
    /// concurrency left.
    fn acquire(&self, name: &FunctionName) -> Result<(Release, Option<Sandbox>), Failure> {
        let Inner { context, concurrency, random, .. } = &*self.0;
        let now = context.now();
        let (release, idle) = {
            let mut state = self.lock();
            if state.running_in_total() >= *concurrency {
                return Err(Failure::Throttled);
            }
            state.start(name, now, random)
        };
        let sandbox = idle.map(|(since, sandbox)| {
            if now.saturating_sub(since) >= FROZEN && context.faults.kills_connections(now) {
                sandbox.connections.die();
            }
            sandbox
        });
        Ok((release, sandbox))
    }
}
