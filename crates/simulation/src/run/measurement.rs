use std::sync::Arc;
use std::time::Duration;

use super::consumption::Consumption;
use crate::history::{ChatKey, History, Metrics, Sample, Visibility};
use crate::observer::Observed;
use crate::region::Region;
use crate::services::sqs::{INDEX_REQUESTS, SWEEPS, WRITES};

/// The measured part of a run.
#[derive(Debug)]
pub(super) struct Measurement {
    region: Arc<Region>,
    /// When it started.
    pub(super) start: Duration,
    /// What was consumed until then.
    before: Consumption,
    samples: Vec<Sample>,
}

impl Measurement {
    pub(super) fn start(region: Arc<Region>) -> Self {
        let (start, before) = (region.context.now(), Consumption::of(&region));
        Self { region, start, before, samples: Vec::new() }
    }

    /// How long it took until now.
    pub(super) fn elapsed(&self) -> Duration {
        self.region.context.now().saturating_sub(self.start)
    }

    /// Samples the state of the region. Returns how many records the queues have.
    pub(super) fn sample(&mut self) -> usize {
        let region = &self.region;
        let consumers = region.template.functions.iter().filter(|function| !function.queue_events.is_empty());
        let consumers: u32 = consumers.map(|function| region.lambda.running(&function.name)).sum();
        let sample = Sample {
            at: self.elapsed(),
            writes: region.sqs.len(WRITES),
            index_requests: region.sqs.len(INDEX_REQUESTS),
            api_concurrency: region.lambda.running_in_total() - consumers,
            consumer_concurrency: consumers,
        };
        self.samples.push(sample);
        sample.writes + sample.index_requests + region.sqs.len(SWEEPS)
    }

    /// What was measured until now.
    pub(super) fn metrics(
        self,
        history: &mut History,
        observed: Observed,
        busy_chat: Option<ChatKey>,
    ) -> Metrics {
        let Self { region, start, before, samples } = self;
        let peak_ledger = observed.largest_ledger;
        let visibility = visibility(&region, history, observed, start);
        let consumption = Consumption::of(&region).since(&before);
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
            peak_ledger,
            peak_receives,
            peak_calls: region.lambda.usage().most_calls,
        }
    }
}

/// When each message that was accepted after `start` became visible, since then.
fn visibility(
    region: &Region,
    history: &mut History,
    observed: Observed,
    start: Duration,
) -> Vec<Visibility> {
    let searchable = region.index.searchable();
    let since_start = |at: Option<Duration>| at.map(|at| at.saturating_sub(start));
    let visibility = observed.messages.into_iter().filter_map(|(id, times)| {
        let accepted = times.accepted.checked_sub(start)?;
        let message = history.message(&id.chat, id.message);
        let searchable = since_start(searchable.get(&id).copied());
        Some(Visibility { message, accepted, readable: since_start(times.readable), searchable })
    });
    visibility.collect()
}
