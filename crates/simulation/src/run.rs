//! One run of a scenario, from an empty region to what it leaves behind.

mod consumption;
mod final_state;
mod measurement;
mod side_tasks;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use conversation::GAP_WAIT;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::clock::in_virtual_time;
use crate::history::{FinalState, History, Metrics};
use crate::random::Random;
use crate::region::{Region, Settings, template};
use crate::scenario::Scenario;
use crate::trace::Trace;
use crate::workload::{Clients, prepare, send_writes};
use measurement::Measurement;
use side_tasks::SideTasks;

/// How long the queues may take to drain. Records that failed wait for up to a minute before each attempt.
const DRAIN: Duration = Duration::from_hours(24);
/// How long followers read on after the last write is stored.
const END: Duration = Duration::from_secs(5);
/// How long the API may hide messages above a number that nothing uses.
const GAP: Duration = GAP_WAIT.saturating_add(END);
/// How often the state of the region is sampled, and progress is reported.
const INTERVAL: Duration = Duration::from_secs(1);

/// What happened in a run. All times are since the start of its measured part.
#[derive(Debug)]
pub struct Run {
    pub history: History,
    pub metrics: Metrics,
    pub state: FinalState,
    pub trace: Trace,
    /// How long the measured part took in virtual time.
    pub length: Duration,
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Virtual time since the start of the measured part.
    pub now: Duration,
    /// How many writes were sent, and how many there will be.
    pub sent: u32,
    pub writes: u32,
    /// Records in the queues.
    pub backlog: usize,
}

/// Runs a scenario with a seed. `trace` is a new one, which keeps its lines or not. `watch` is called every virtual second.
///
/// # Errors
/// The simulation does not fit the functions: a bug of the simulation, not of the functions.
pub fn run(scenario: &Scenario, seed: u64, trace: Trace, watch: &mut dyn FnMut(Progress)) -> Result<Run> {
    in_virtual_time(run_in_virtual_time(scenario, seed, trace, watch))?
}

async fn run_in_virtual_time(
    scenario: &Scenario,
    seed: u64,
    trace: Trace,
    watch: &mut dyn FnMut(Progress),
) -> Result<Run> {
    let episodes = scenario.episodes(&Random::new(!seed));
    let settings =
        Settings { seed, episodes: Vec::new(), concurrency: scenario.concurrency, trace: trace.clone() };
    let region = Arc::new(Region::start(template()?, settings)?);
    let clients = Clients::new(Arc::clone(&region));
    prepare(&clients, &scenario.setup).await?;

    let mut measurement = Measurement::start(Arc::clone(&region));
    let start = measurement.start;
    trace.start_at(start);
    region.context.faults.plan(episodes, start);
    let random = region.random.fork();
    let sent = Arc::new(AtomicU32::new(0));
    let mut streams = JoinSet::new();
    for stream in scenario.streams.clone() {
        streams.spawn(send_writes(clients.clone(), stream, random.fork(), Arc::clone(&sent)));
    }
    let side_tasks = SideTasks::start(&clients, scenario, &random);
    let mut observe = || {
        let backlog = measurement.sample();
        let sent = sent.load(Ordering::Relaxed);
        watch(Progress { now: measurement.elapsed(), sent, writes: scenario.writes(), backlog });
    };
    while !streams.is_empty() {
        sleep(INTERVAL).await;
        while let Some(done) = streams.try_join_next() {
            done??;
        }
        observe();
    }
    region.context.faults.end();
    let deadline = region.context.now() + DRAIN;
    while !region.is_drained() && region.context.now() < deadline {
        sleep(INTERVAL).await;
        observe();
    }
    sleep(END).await;
    side_tasks.end().await?;

    let length = measurement.elapsed();
    let busy_chat = clients.chosen_busy_chat();
    let mut history = clients.take_history();
    // Without what reading the final state costs.
    let metrics = measurement.metrics(&mut history, region.context.observer.observed(), busy_chat);
    sleep(GAP).await;
    let state = final_state::read(&region, &mut history).await?;
    if let Some(call) = region.context.observer.first_unsimulated() {
        bail!("a call is not simulated: {call}");
    }
    history.start_at(start);
    Ok(Run { history, metrics, state, trace, length })
}
