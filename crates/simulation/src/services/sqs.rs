//! Amazon SQS: queues with message groups.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/> is "the guide" below.

mod queue;
mod sends;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use deployment_template::Template;
use serde_json::Value;
use simulated_aws::Reply;
use tokio::sync::Notify;

use queue::Queue;
pub use queue::{Message, Received};

/// The queues of a template, by logical id.
#[derive(Debug)]
pub struct Sqs {
    queues: Mutex<BTreeMap<String, Queue>>,
    /// Notified if a group of the queue may have become available.
    arrivals: BTreeMap<String, Arc<Notify>>,
}

impl Sqs {
    #[must_use]
    pub fn new(template: &Template) -> Self {
        let ids = template.queues.iter().map(|queue| queue.id.clone());
        Self {
            arrivals: ids.map(|id| (id, Arc::default())).collect(),
            queues: Mutex::new(
                template.queues.iter().map(|queue| (queue.id.clone(), Queue::new(queue))).collect(),
            ),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs a call of the API at `now`. An error of SQS is a reply; `Err` means that the call is not simulated.
    pub fn perform(&self, operation: &str, input: &Value, now: Duration) -> Result<Reply> {
        let id = queue_id(input)?;
        let mut queues = self.lock();
        let queue = queues.get_mut(id).with_context(|| format!("no queue {id}"))?;
        let reply = match operation {
            "SendMessage" => sends::send(queue, input, now)?,
            "SendMessageBatch" => sends::send_batch(queue, input, now)?,
            "ChangeMessageVisibilityBatch" => sends::change_visibility(queue, input, now)?,
            _ => bail!("{operation} of SQS is not simulated"),
        };
        self.notify(id);
        Ok(reply)
    }

    fn notify(&self, id: &str) {
        if let Some(arrivals) = self.arrivals.get(id) {
            arrivals.notify_one();
        }
    }

    /// Receives up to ten messages at once, without waiting. Those received too often move to the dead-letter queue.
    ///
    /// Source: "Amazon SQS dead-letter queues" in the guide: SQS moves a message if its receive count exceeds the limit.
    #[must_use]
    pub fn receive(&self, id: &str, most: usize, now: Duration) -> Vec<Received> {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(id) else { return Vec::new() };
        let (received, dead) = queue.receive(most, now);
        if let Some((target, dead)) = queue.dead_letter_queue().zip(Some(dead))
            && let Some(target) = queues.get_mut(&target)
        {
            for message in dead {
                target.bury(message, now);
            }
        }
        received
    }

    /// Waits until a group of the queue may be available, for at most `longest`.
    pub async fn wait(&self, id: &str, longest: Duration, now: Duration) {
        let next = self.lock().get(id).and_then(Queue::next_change);
        let longest = next.map_or(longest, |next| next.saturating_sub(now).min(longest));
        if let Some(arrivals) = self.arrivals.get(id) {
            // Running out of time is one way to end.
            let _ = tokio::time::timeout(longest, arrivals.notified()).await;
        }
    }

    /// Deletes received messages. A receipt that expired deletes nothing. Returns how many were deleted.
    pub fn delete<'a>(&self, id: &str, receipts: impl Iterator<Item = &'a Received>, now: Duration) -> usize {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(id) else { return 0 };
        let deleted = receipts.filter(|received| queue.delete(received, now)).count();
        drop(queues);
        self.notify(id);
        deleted
    }

    /// How many messages the queue has, waiting or in flight.
    #[must_use]
    pub fn len(&self, id: &str) -> usize {
        self.lock().get(id).map_or(0, Queue::len)
    }

    /// Whether no queue that invokes a function has a message.
    #[must_use]
    pub fn is_empty(&self, id: &str) -> bool {
        self.len(id) == 0
    }

    /// The messages of a queue, in their order.
    #[must_use]
    pub fn messages(&self, id: &str) -> Vec<Message> {
        self.lock().get(id).map(Queue::messages).unwrap_or_default()
    }

    /// Puts a message on a queue as if a client had sent it. For records that no function would send.
    pub fn plant(&self, id: &str, group: &str, body: &str, now: Duration) {
        if let Some(queue) = self.lock().get_mut(id) {
            queue.plant(group, body, now);
        }
        self.notify(id);
    }

    /// The most messages that each queue held, and the most receives of one message.
    #[must_use]
    pub fn peaks(&self) -> BTreeMap<String, (usize, u32)> {
        self.lock().iter().map(|(id, queue)| (id.clone(), queue.peaks())).collect()
    }
}

/// The logical id at the end of the URL.
fn queue_id(input: &Value) -> Result<&str> {
    sends::text(input, "QueueUrl")?.rsplit('/').next().context("an empty QueueUrl")
}
