use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use simulated_aws::Units;

use crate::history::{ChatKey, History, Metrics, Sample, Visibility};
use crate::observer::Observed;
use crate::region::Region;

/// Samples the state of a region.
#[derive(Debug)]
pub(super) struct Sampler {
    region: Arc<Region>,
    start: Duration,
    samples: Vec<Sample>,
}

impl Sampler {
    pub(super) fn new(region: Arc<Region>, start: Duration) -> Self {
        Self { region, start, samples: Vec::new() }
    }

    /// Takes one more sample. Returns how many records the queues have.
    pub(super) fn sample(&mut self) -> usize {
        let region = &self.region;
        let consumers = region.template.functions.iter().filter(|function| !function.queue_events.is_empty());
        let consumers: u32 = consumers.map(|function| region.lambda.running(&function.name)).sum();
        let sample = Sample {
            at: region.context.now().saturating_sub(self.start),
            writes: region.sqs.len("Writes"),
            index_requests: region.sqs.len("IndexRequests"),
            api_concurrency: region.lambda.running_in_total() - consumers,
            consumer_concurrency: consumers,
        };
        self.samples.push(sample);
        sample.writes + sample.index_requests
    }

    pub(super) fn samples(self) -> Vec<Sample> {
        self.samples
    }
}

/// What is billed.
#[derive(Debug)]
pub(super) struct Consumption {
    requests: BTreeMap<Arc<str>, u64>,
    gb_seconds: f64,
    units: Units,
}

impl Consumption {
    /// Since the start of the region.
    pub(super) fn of(region: &Region) -> Self {
        let usage = region.lambda.usage();
        let mut requests = region.context.observer.requests();
        requests.insert("lambda".into(), usage.invocations);
        Self { requests, gb_seconds: usage.gb_seconds, units: region.dynamodb.units() }
    }

    fn since(mut self, before: &Self) -> Self {
        for (service, count) in &mut self.requests {
            *count -= before.requests.get(service).copied().unwrap_or_default();
        }
        let (read, write) = (self.units.read - before.units.read, self.units.write - before.units.write);
        Self { gb_seconds: self.gb_seconds - before.gb_seconds, units: Units { read, write }, ..self }
    }
}

/// What a run measured. `start` is when its measured part started, `before` what was consumed until then.
pub(super) fn metrics(
    region: &Region,
    history: &mut History,
    observed: Observed,
    samples: Vec<Sample>,
    busy_chat: Option<ChatKey>,
    start: Duration,
    before: &Consumption,
) -> Metrics {
    let searchable = region.index.searchable();
    let since_start = |at: Option<Duration>| at.map(|at| at.saturating_sub(start));
    let visibility = observed.messages.into_iter().filter_map(|(id, times)| {
        let accepted = times.accepted.checked_sub(start)?;
        let message = history.message(&id.chat, id.message);
        let searchable = since_start(searchable.get(&id).copied());
        Some(Visibility { message, accepted, readable: since_start(times.readable), searchable })
    });
    let visibility = visibility.collect();
    let consumption = Consumption::of(region).since(before);
    let peaks = region.queues().map(|id| (region.queue_name(id), region.sqs.peaks(id)));
    let (peak_records, peak_receives) =
        peaks.map(|(name, peaks)| ((Arc::clone(&name), peaks.messages), (name, peaks.receives))).unzip();
    Metrics {
        busy_chat,
        visibility,
        samples,
        requests: consumption.requests,
        lambda_gb_seconds: consumption.gb_seconds,
        write_units: consumption.units.write,
        read_units: consumption.units.read,
        faults: region.context.faults.counts(),
        peak_records,
        peak_ledger: observed.largest_ledger,
        peak_receives,
        peak_calls: region.lambda.usage().most_calls,
    }
}
