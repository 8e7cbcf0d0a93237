//! How Lambda reads a queue and invokes a function with its records.
//!
//! "The scaling page" is <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>, "the error page" is
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

mod concurrency;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use deployment_template::QueueEvent;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::invocation::{Failure, Lambda};
use super::program::Program;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::observer::Observer;
use crate::services::sqs::{Received, Sqs};
use concurrency::Concurrency;

/// How long a receive waits for messages. Source: "Amazon SQS short and long polling" in the Amazon SQS developer guide.
const LONG_POLL: Duration = Duration::from_secs(20);
/// Assumed: from a message's arrival to the start of the function.
const HANDOVER: Duration = Duration::from_millis(12);
/// Assumed: the first pause after a call that was throttled, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An event source of a function.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) function: String,
    pub(crate) event: QueueEvent,
    pub(crate) visibility_timeout: Duration,
    pub(crate) lambda: Lambda,
    pub(crate) sqs: Arc<Sqs>,
    pub(crate) faults: Faults,
    pub(crate) observer: Observer,
    pub(crate) clock: Clock,
}

/// A source that is being polled: what its batches share.
#[derive(Debug)]
struct Poller {
    source: Source,
    concurrency: Mutex<Concurrency>,
    /// Notified if a batch ends.
    ended: Notify,
}

/// Reads a queue and invokes the function, for ever.
pub(crate) async fn poll(source: Source) {
    let batch = usize::try_from(source.event.batch_size).unwrap_or(usize::MAX);
    let concurrency = Mutex::new(Concurrency::new(source.event.maximum_concurrency));
    let poller = Arc::new(Poller { source, concurrency, ended: Notify::new() });
    let Source { event, sqs, observer, clock, .. } = &poller.source;
    loop {
        poller.wait_for_capacity().await;
        let received = sqs.receive(&event.queue, batch, clock.now());
        if received.is_empty() {
            poller.change(Concurrency::pause_growth);
            let start = clock.now();
            sqs.wait(&event.queue, LONG_POLL, start).await;
            if clock.now().saturating_sub(start) >= LONG_POLL {
                observer.count("sqs", Concurrency::idle_polls());
                poller.change(Concurrency::rest);
            }
            continue;
        }
        poller.change(Concurrency::start);
        tokio::spawn(Arc::clone(&poller).process(received));
    }
}

impl Poller {
    fn change<T>(&self, change: impl FnOnce(&mut Concurrency) -> T) -> T {
        change(&mut self.concurrency.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until one more batch may be processed: one ends, or the concurrency grows.
    async fn wait_for_capacity(&self) {
        let clock = self.source.clock;
        while let Some(until) = self.change(|concurrency| concurrency.exhausted_until(clock.now())) {
            // Running out of time is one way to end.
            let _ = tokio::time::timeout(until.saturating_sub(clock.now()), self.ended.notified()).await;
        }
    }

    /// Invokes the function with a batch and deletes the records that succeeded. The others stay in flight until their
    /// visibility timeout ends. Source: the error page.
    async fn process(self: Arc<Self>, received: Vec<Received>) {
        let Source { event, faults, clock, observer, .. } = &self.source;
        let failed = self.invoke(&received).await;
        // A receive.
        observer.count("sqs", 1);
        match failed {
            // Lambda promises at least one delivery.
            Some(_) if faults.keeps_batch(clock.now()) => {}
            Some(failed) => {
                let is_failed = |received: &Received| failed.iter().any(|id| **id == *received.message.id);
                // Without such reports, a batch succeeds as a whole.
                let reports = event.reports_batch_item_failures;
                let succeeded = received.into_iter().filter(|received| !(reports && is_failed(received)));
                self.delete(succeeded.collect()).await;
            }
            // "When ReportBatchItemFailures is activated, Lambda doesn't scale down message polling when function
            // invocations fail" (the error page).
            None if event.reports_batch_item_failures => {}
            None => self.change(Concurrency::back_off),
        }
        self.change(Concurrency::end);
        self.ended.notify_one();
    }

    /// Deletes records. SQS throttles deletions in each group.
    async fn delete(&self, mut records: Vec<Received>) {
        let Source { event, sqs, observer, clock, visibility_timeout, .. } = &self.source;
        let start = clock.now();
        while !records.is_empty() && clock.now().saturating_sub(start) < *visibility_timeout {
            observer.count("sqs", 1);
            records = sqs.delete(&event.queue, records, clock.now());
            if !records.is_empty() {
                sleep(FIRST_PAUSE).await;
            }
        }
    }

    /// The ids of the records that failed; `None` if all of them failed. While the account refuses the invocation, Lambda
    /// reduces the concurrency and tries again until the visibility timeout ends, then drops the batch. Source: the error
    /// page.
    async fn invoke(&self, received: &[Received]) -> Option<Vec<String>> {
        let Source { function, lambda, observer, clock, visibility_timeout, .. } = &self.source;
        let start = clock.now();
        sleep(HANDOVER).await;
        let mut pause = FIRST_PAUSE;
        loop {
            let event = event(received);
            let outcome = lambda.invoke(function, |program| async move {
                match program {
                    Program::Consumer(handler) => Some(handler.handle(event).await),
                    Program::Api(_) => None,
                }
            });
            match outcome.await {
                Ok(Ok(failed)) => return failed,
                Ok(Err(Failure::Throttled))
                    if clock.now().saturating_sub(start) + pause < *visibility_timeout =>
                {
                    self.change(Concurrency::back_off);
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Ok(Err(_)) => return None,
                Err(error) => {
                    observer.unsimulated(function, &error);
                    return None;
                }
            }
        }
    }
}

fn event(received: &[Received]) -> SqsEvent {
    let record = |received: &Received| {
        let message = &received.message;
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.to_string());
        record.receipt_handle = Some(received.receipt_handle());
        record.body = Some(message.body.to_string());
        let group = message.group_id().map(|group| ("MessageGroupId".to_owned(), group.to_owned()));
        record.attributes = group.into_iter().collect();
        record
    };
    let mut event = SqsEvent::default();
    event.records = received.iter().map(record).collect();
    event
}
