//! The results of runs, as text and as Markdown.

mod cost;
mod delays;
pub mod document;
mod numbers;
mod outcome;
mod seeds;
mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::checker::Violation;
use crate::history::{FinalState, History, Metrics, Operation, Outcome, Request, Sample, Uncertainty};
pub use cost::Cost;
pub use delays::{Delays, Percentiles};
use numbers::{float, number};
pub use outcome::RunOutcome;
pub use seeds::Seeds;

/// What a run shows. Each line of its display is a row of a Markdown table.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Writes that were accepted.
    pub accepted: u64,
    /// From the first request to the last reply.
    pub time: Duration,
    /// Of the busy chat; `None` if the scenario has none.
    pub busy_chat: Option<Delays>,
    /// Of all other chats.
    pub other_chats: Delays,
    pub peak_api_concurrency: u32,
    pub peak_consumer_concurrency: u32,
    /// At one moment.
    pub peak_concurrency: u32,
    /// The most records in `writes.fifo`, and when.
    pub peak_writes: (usize, Duration),
    /// The most records in the queue `index`, and when.
    pub peak_index_requests: (usize, Duration),
    /// Requests that were refused with 429.
    pub too_many_requests: u64,
    /// Requests that got a 5xx.
    pub server_errors: u64,
    /// Requests without a reply.
    pub no_replies: u64,
    /// Records in dead-letter queues, without those that belong there.
    pub dead_letters: usize,
    /// The most revisions that one ledger listed as missing.
    pub peak_ledger: usize,
    /// The most receives of one record.
    pub most_receives: u32,
    /// Faults that were injected.
    pub faults: u64,
    pub cost: Cost,
    pub safety_violations: usize,
    pub liveness_violations: usize,
}

impl Report {
    #[must_use]
    pub fn new(history: &History, metrics: &Metrics, state: &FinalState, violations: &[Violation]) -> Self {
        let operations: Vec<&Operation> = history.measured_operations().collect();
        let count = |matches: fn(&Outcome) -> bool| {
            number(operations.iter().filter(|operation| matches(&operation.outcome)).count())
        };
        let first = operations.iter().map(|operation| operation.start).min().unwrap_or_default();
        let last = operations.iter().map(|operation| operation.end).max().unwrap_or_default();
        let (busy, others) = metrics.busy_and_others();
        let peak = |value: fn(&Sample) -> u32| metrics.samples.iter().map(value).max().unwrap_or_default();
        let safety = violations.iter().filter(|violation| violation.rule.is_safety()).count();
        let messages = operations.iter().filter(|operation| {
            let is_creation = matches!(operation.request, Request::CreateMessage { .. });
            is_creation && matches!(operation.outcome, Outcome::Ok(_))
        });
        Self {
            accepted: count(|outcome| matches!(outcome, Outcome::Ok(_))),
            time: last.saturating_sub(first),
            busy_chat: metrics.busy_chat.map(|_| Delays::of(&busy)),
            other_chats: Delays::of(&others),
            peak_api_concurrency: peak(|sample| sample.api_concurrency),
            peak_consumer_concurrency: peak(|sample| sample.consumer_concurrency),
            peak_concurrency: peak(|sample| sample.api_concurrency + sample.consumer_concurrency),
            peak_writes: highest(&metrics.samples, |sample| sample.writes),
            peak_index_requests: highest(&metrics.samples, |sample| sample.index_requests),
            too_many_requests: count(|outcome| status(outcome) == Some(429)),
            server_errors: count(|outcome| status(outcome).is_some_and(|status| status >= 500)),
            no_replies: count(|outcome| *outcome == Outcome::Unknown(Uncertainty::NoReply)),
            dead_letters: state.dead_letters.iter().filter(|letter| !letter.expected).count(),
            peak_ledger: metrics.peak_ledger,
            most_receives: metrics.peak_receives.values().copied().max().unwrap_or_default(),
            faults: metrics.faults.values().sum(),
            cost: Cost::of(metrics, number(messages.count())),
            safety_violations: safety,
            liveness_violations: violations.len() - safety,
        }
    }

    /// Accepted writes per second of the run.
    #[must_use]
    pub fn accepted_per_second(&self) -> f64 {
        let seconds = self.time.as_secs_f64();
        if seconds > 0.0 { float(self.accepted) / seconds } else { 0.0 }
    }
}

fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Refused { status, .. } | Outcome::Unknown(Uncertainty::Status { status, .. }) => {
            Some(*status)
        }
        Outcome::Ok(_) | Outcome::Unknown(Uncertainty::NoReply) => None,
    }
}

/// The highest value, and when it was reached first.
fn highest(samples: &[Sample], value: impl Fn(&Sample) -> usize) -> (usize, Duration) {
    samples.iter().fold((0, Duration::ZERO), |(most, at), sample| {
        if value(sample) > most { (value(sample), sample.at) } else { (most, at) }
    })
}
