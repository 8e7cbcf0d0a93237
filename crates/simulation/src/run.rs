//! One run of a scenario, from an empty region to what it leaves behind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::sleep;

use crate::clock::in_virtual_time;
use crate::faults::Faults;
use crate::history::{ChatKey, FinalState, History, MessageKey, Metrics, Sample, Visibility};
use crate::observer::Observed;
use crate::random::Random;
use crate::region::{Region, Settings, template};
use crate::remains;
use crate::scenario::Scenario;
use crate::trace::Trace;
use crate::workload::{Clients, follow, send_random_writes};

/// How long the queues may take to drain, in virtual time. Records that failed wait for up to a minute before each attempt.
const DRAIN: Duration = Duration::from_hours(24);
/// How often the state of the region is sampled.
const SAMPLE: Duration = Duration::from_secs(1);

/// What happened in a run.
#[derive(Debug)]
pub struct Run {
    pub history: History,
    pub metrics: Metrics,
    pub state: FinalState,
    pub trace: Trace,
    /// How long the run took in virtual time.
    pub length: Duration,
}

/// Runs a scenario with a seed. `trace` is empty, and keeps its lines if they are wanted.
///
/// # Errors
/// The simulation does not fit the functions: a bug of the simulation, not of the functions.
pub fn run(scenario: &Scenario, seed: u64, trace: Trace) -> Result<Run> {
    in_virtual_time(run_in_virtual_time(scenario, seed, trace))?
}

async fn run_in_virtual_time(scenario: &Scenario, seed: u64, trace: Trace) -> Result<Run> {
    let plan = Random::new(!seed);
    let episodes = scenario.episodes(&plan);
    let settings = Settings { seed, episodes, concurrency: scenario.concurrency, trace: trace.clone() };
    let region = Arc::new(Region::start(template()?, settings)?);
    let clients = Clients::new(Arc::clone(&region));
    let samples = Arc::new(Mutex::new(Vec::new()));
    let sampler = tokio::spawn(sample(Arc::clone(&region), Arc::clone(&samples)));
    let random = region.random.fork();
    let followers =
        (0..scenario.followers).map(|number| tokio::spawn(follow(clients.clone(), number, random.fork())));
    let followers: Vec<_> = followers.collect();
    let planting = tokio::spawn(plant_records(
        clients.clone(),
        scenario.unreadable_records,
        scenario.load.length(),
        random.fork(),
    ));
    send_random_writes(&clients, scenario.load, random.fork()).await?;
    planting.await?;
    region.drain(DRAIN).await;
    // Followers see the end.
    sleep(Duration::from_secs(5)).await;
    for follower in followers {
        if follower.is_finished() {
            follower.await??;
            bail!("a follower stopped");
        }
        follower.abort();
    }
    sampler.abort();
    let length = region.clock.now();
    let mut history = clients.take_history();
    let state = remains::read(&region, &mut history).await?;
    let observed = region.observer.observed();
    if let Some(call) = observed.unsimulated.first() {
        bail!("a call is not simulated: {call}");
    }
    let samples = std::mem::take(&mut *samples.lock().unwrap_or_else(PoisonError::into_inner));
    let metrics = metrics(&region, &mut history, observed, &region.faults, samples);
    Ok(Run { history, metrics, state, trace, length })
}

async fn sample(region: Arc<Region>, samples: Arc<Mutex<Vec<Sample>>>) {
    loop {
        let consumers: u32 = region
            .template
            .functions
            .iter()
            .filter(|function| !function.queue_events.is_empty())
            .map(|function| region.lambda.running(&function.name))
            .sum();
        let sample = Sample {
            at: region.clock.now(),
            writes: region.sqs.len("Writes"),
            index_requests: region.sqs.len("IndexRequests"),
            api_concurrency: region.lambda.running_in_total() - consumers,
            consumer_concurrency: consumers,
        };
        samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
        sleep(SAMPLE).await;
    }
}

/// How often a record waits for the first chat.
const PLANT_ATTEMPTS: u32 = 60;

/// Puts records that no version can read on the queue of writes, each in the group of a chat.
async fn plant_records(clients: Clients, count: u32, length: Duration, random: Random) {
    for _ in 0..count {
        sleep(length.mul_f64(random.unit() / f64::from(count))).await;
        for _ in 0..PLANT_ATTEMPTS {
            if clients.plant_record(&random) {
                break;
            }
            sleep(SAMPLE).await;
        }
    }
}

fn metrics(
    region: &Region,
    history: &mut History,
    observed: Observed,
    faults: &Faults,
    samples: Vec<Sample>,
) -> Metrics {
    let searchable = region.index.searchable();
    let visibility = observed.messages.into_iter().map(|(id, (accepted, readable))| {
        let application = history.application(&id.chat.application);
        let chat = ChatKey { application, number: id.chat.chat.get() };
        let message = MessageKey { chat, number: id.message.get() };
        Visibility { message, accepted, readable, searchable: searchable.get(&id).copied() }
    });
    let visibility = visibility.collect();
    let (units, usage) = (region.dynamodb.units(), region.lambda.usage());
    let mut requests = observed.requests;
    requests.insert("lambda".into(), usage.invocations);
    let peaks = region.sqs.peaks();
    let sources: Vec<&str> = region.queues().collect();
    let peaks = peaks.iter().filter(|(id, _)| sources.contains(&id.as_str()));
    let peaks = peaks.map(|(id, peak)| (region.queue_name(id), *peak));
    let (peak_records, peak_receives) =
        peaks.map(|(name, (records, receives))| ((name.clone(), records), (name, receives))).unzip();
    Metrics {
        busy_chat: None,
        visibility,
        samples,
        requests,
        lambda_gb_seconds: usage.gb_seconds,
        write_units: units.write,
        read_units: units.read,
        faults: faults.counts(),
        peak_records,
        peak_ledger: observed.largest_ledger,
        peak_receives,
        peak_calls: usage.most_calls,
    }
}
