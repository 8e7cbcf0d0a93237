//! How Lambda reads a queue and invokes a function with its records.
//!
//! "The scaling page" is <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>, "the error page" is
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

mod batch;
mod concurrency;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deployment_template::QueueEvent;
use tokio::sync::Notify;

use super::function::FunctionName;
use super::invocation::Lambda;
use crate::context::RunContext;
use crate::history::BilledService;
use crate::services::sqs::{Received, Sqs};
use concurrency::Concurrency;

/// How long a receive waits for messages. Source: "Amazon SQS short and long polling" in the Amazon SQS developer guide.
const LONG_POLL: Duration = Duration::from_secs(20);

/// A queue whose records invoke a function.
#[derive(Debug)]
pub(crate) struct EventSource {
    pub(crate) function: FunctionName,
    pub(crate) event: QueueEvent,
    pub(crate) visibility_timeout: Duration,
    pub(crate) lambda: Lambda,
    pub(crate) sqs: Arc<Sqs>,
    pub(crate) context: RunContext,
}

impl EventSource {
    /// Reads the queue and invokes the function, forever.
    pub(crate) async fn poll(self) {
        let batch_size = usize::try_from(self.event.batch_size).unwrap_or(usize::MAX);
        let concurrency = Mutex::new(Concurrency::new(self.event.maximum_concurrency));
        let poller = Arc::new(Poller { source: self, concurrency, ended: Notify::new() });
        let Self { event, sqs, context, .. } = &poller.source;
        loop {
            poller.wait_for_capacity().await;
            let received = sqs.receive(&event.queue, batch_size, context.now());
            if received.is_empty() {
                poller.change(Concurrency::pause_growth);
                let start = context.now();
                sqs.wait(&event.queue, LONG_POLL, start).await;
                if context.now().saturating_sub(start) >= LONG_POLL {
                    context.observer.count(BilledService::Sqs, Concurrency::idle_polls());
                    poller.change(Concurrency::rest);
                }
                continue;
            }
            let received = poller.gather(received, batch_size).await;
            poller.change(Concurrency::start);
            tokio::spawn(Arc::clone(&poller).process(received));
        }
    }
}

/// A source that is being polled: what its batches share.
#[derive(Debug)]
struct Poller {
    source: EventSource,
    concurrency: Mutex<Concurrency>,
    /// Notified if a batch ends.
    ended: Notify,
}

impl Poller {
    fn change<T>(&self, change: impl FnOnce(&mut Concurrency) -> T) -> T {
        change(&mut self.concurrency.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for more records until the batch is full or its window ends. AWS's pollers each gather a batch of their own; here,
    /// one does at a time.
    /// Source: "Batching behavior" in the AWS Lambda developer guide.
    async fn gather(&self, mut received: Vec<Received>, batch_size: usize) -> Vec<Received> {
        let EventSource { event, sqs, context, .. } = &self.source;
        let end = context.now() + event.batching_window;
        while received.len() < batch_size && context.now() < end {
            let now = context.now();
            sqs.wait(&event.queue, end.saturating_sub(now), now).await;
            received.extend(sqs.receive(&event.queue, batch_size - received.len(), context.now()));
        }
        received
    }

    /// Waits until one more batch may be processed: one ends, or the concurrency grows.
    async fn wait_for_capacity(&self) {
        let clock = self.source.context.clock;
        while let Some(until) = self.change(|concurrency| concurrency.exhausted_until(clock.now())) {
            // Running out of time is one way to end.
            let _ = tokio::time::timeout(until.saturating_sub(clock.now()), self.ended.notified()).await;
        }
    }
}
