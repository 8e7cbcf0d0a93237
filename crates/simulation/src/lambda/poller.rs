//! How Lambda reads a queue and invokes a function with its records.
//!
//! "The scaling page" is <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>, "the error page" is
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

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

/// How many batches are processed at once in the beginning, and at most; how many more start each minute. Source: the
/// scaling page.
const FIRST: u32 = 5;
const MOST: u32 = 1_250;
const STEP: Duration = Duration::from_millis(60_000 / 300);
/// How long a receive waits for messages. Source: "Amazon SQS short and long polling" in the Amazon SQS developer guide.
const LONG_POLL: Duration = Duration::from_secs(20);
/// Assumed: from a message's arrival to the start of the function.
const HANDOVER: Duration = Duration::from_millis(12);
/// The first pause after an invocation that the account refused, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An event source of a function.
#[derive(Debug)]
pub struct Source {
    pub function: String,
    pub event: QueueEvent,
    pub visibility_timeout: Duration,
    pub lambda: Lambda,
    pub sqs: Arc<Sqs>,
    pub faults: Faults,
    pub observer: Observer,
    pub clock: Clock,
}

/// A source that is being polled: what its batches share.
#[derive(Debug)]
struct Poller {
    source: Source,
    concurrency: Mutex<Concurrency>,
    /// Notified if a batch ends.
    ended: Notify,
}

#[derive(Debug)]
struct Concurrency {
    running: u32,
    limit: u32,
    most: u32,
}

/// Reads a queue and invokes the function, for ever.
pub async fn poll(source: Source) {
    let most = source.event.maximum_concurrency.unwrap_or(MOST);
    let batch = usize::try_from(source.event.batch_size).unwrap_or(usize::MAX);
    let concurrency = Mutex::new(Concurrency { running: 0, limit: FIRST.min(most), most });
    let poller = Arc::new(Poller { source, concurrency, ended: Notify::new() });
    let Source { event, sqs, observer, clock, .. } = &poller.source;
    loop {
        poller.wait_for_capacity().await;
        let received = sqs.receive(&event.queue, batch, clock.now());
        if received.is_empty() {
            let start = clock.now();
            sqs.wait(&event.queue, LONG_POLL, start).await;
            if clock.now() - start >= LONG_POLL {
                observer.count("sqs", u64::from(FIRST));
                poller.change(|concurrency| concurrency.limit = FIRST.min(concurrency.most));
            }
            continue;
        }
        poller.change(|concurrency| concurrency.running += 1);
        tokio::spawn(Arc::clone(&poller).process(received));
    }
}

impl Poller {
    fn change<T>(&self, change: impl FnOnce(&mut Concurrency) -> T) -> T {
        change(&mut self.concurrency.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until one more batch may be processed: one ends, or the source starts one more at once.
    async fn wait_for_capacity(&self) {
        while self.change(|concurrency| concurrency.running >= concurrency.limit) {
            if tokio::time::timeout(STEP, self.ended.notified()).await.is_err() {
                self.change(|concurrency| concurrency.limit = (concurrency.limit + 1).min(concurrency.most));
            }
        }
    }

    /// Invokes the function with a batch and deletes the records that succeeded. The others stay in flight until their
    /// visibility timeout ends. Source: the error page.
    async fn process(self: Arc<Self>, received: Vec<Received>) {
        let Source { event, sqs, faults, observer, clock, .. } = &self.source;
        let failed = self.invoke(&received).await;
        // A receive and a deletion.
        observer.count("sqs", 2);
        if let Some(failed) = failed {
            let succeeded =
                received.iter().filter(|received| !failed.iter().any(|id| **id == *received.message.id));
            // Lambda promises at least one delivery.
            if !faults.keeps_batch(clock.now()) {
                sqs.delete(&event.queue, succeeded, clock.now());
            }
        } else {
            // After an error of the function, Lambda reduces the concurrency. Source: the error page.
            self.change(|concurrency| concurrency.limit = concurrency.limit.saturating_sub(1).max(2));
        }
        self.change(|concurrency| concurrency.running -= 1);
        self.ended.notify_one();
    }

    /// The ids of the records that failed; `None` if all of them failed. While the account refuses the invocation, Lambda
    /// tries again until the visibility timeout ends, then drops the batch. Source: the error page.
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
                Ok(Err(Failure::Throttled)) if clock.now() - start + pause < *visibility_timeout => {
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
        record.receipt_handle = Some(message.id.to_string());
        record.body = Some(message.body.to_string());
        record.attributes = [("MessageGroupId".to_owned(), message.group.to_string())].into_iter().collect();
        record
    };
    let mut event = SqsEvent::default();
    event.records = received.iter().map(record).collect();
    event
}
