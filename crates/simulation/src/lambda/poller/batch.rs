//! One batch of records: its invocation, and the deletion of the records that succeeded.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use tokio::time::sleep;

use super::concurrency::Concurrency;
use super::{EventSource, Poller};
use crate::history::BilledService;
use crate::lambda::invocation::Failure;
use crate::lambda::program::Program;
use crate::services::sqs::Received;

/// Assumed: from a message's arrival to the start of the function.
const HANDOVER: Duration = Duration::from_millis(12);
/// The most messages in one call of SQS that receives or deletes them.
const CALL: usize = 10;
/// Assumed: the first pause after a call that was throttled, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Poller {
    /// Invokes the function with a batch and deletes the records that succeeded. The others stay in flight until their
    /// visibility timeout ends, or the function changes it. Source: the error page.
    pub(super) async fn process(self: Arc<Self>, received: Vec<Received>) {
        let EventSource { event, context, .. } = &self.source;
        let failed = self.invoke(&received).await;
        // The receives that returned the batch.
        context.observer.count(BilledService::Sqs, calls(&received));
        match failed {
            // Lambda promises at least one delivery.
            Some(_) if context.faults.keeps_batch(context.now()) => {}
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
        let EventSource { event, sqs, context, visibility_timeout, .. } = &self.source;
        let start = context.now();
        while !records.is_empty() && context.now().saturating_sub(start) < *visibility_timeout {
            context.observer.count(BilledService::Sqs, calls(&records));
            records = sqs.delete(&event.queue, records, context.now());
            if !records.is_empty() {
                sleep(FIRST_PAUSE).await;
            }
        }
    }

    /// The ids of the records that failed; `None` if all of them failed. While the account refuses the invocation, Lambda
    /// reduces the concurrency and tries again until the visibility timeout ends, then drops the batch. Source: the error
    /// page.
    async fn invoke(&self, received: &[Received]) -> Option<Vec<String>> {
        let EventSource { function, lambda, context, visibility_timeout, .. } = &self.source;
        let start = context.now();
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
                    if context.now().saturating_sub(start) + pause < *visibility_timeout =>
                {
                    self.change(Concurrency::back_off);
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Ok(Err(_)) => return None,
                Err(error) => {
                    context.observer.unsimulated(function.as_str(), &error);
                    return None;
                }
            }
        }
    }
}

/// How many calls receive or delete these.
fn calls(records: &[Received]) -> u64 {
    u64::try_from(records.len().div_ceil(CALL)).unwrap_or(u64::MAX)
}

fn event(received: &[Received]) -> SqsEvent {
    let record = |received: &Received| {
        let message = &received.message;
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.to_string());
        record.receipt_handle = Some(received.receipt_handle());
        record.body = Some(message.body.to_string());
        let group = message.group_id().map(|group| ("MessageGroupId".to_owned(), group.to_owned()));
        let count = ("ApproximateReceiveCount".to_owned(), received.receives().to_string());
        record.attributes = group.into_iter().chain([count]).collect();
        record
    };
    let mut event = SqsEvent::default();
    event.records = received.iter().map(record).collect();
    event
}
