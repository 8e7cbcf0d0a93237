//! Amazon SQS: queues with message groups, and standard queues.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/> is "the guide" below.

mod consumer;
mod deduplication;
mod errors;
mod groups;
mod in_flight;
mod message;
mod queue;
mod rates;
mod receives;
mod sends;
#[cfg(test)]
mod tests;
mod visibility_changes;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use deployment_template::Template;
use serde_json::Value;
use simulated_aws::Reply;
use tokio::sync::Notify;

pub(crate) use errors::throttled;
pub(crate) use message::{Message, Received};
use queue::{Peaks, Queue};

use crate::faults::Faults;
use crate::random::Random;

/// The logical ids of the queues in the template.
pub(crate) const WRITES: &str = "Writes";
pub(crate) const INDEX_REQUESTS: &str = "IndexRequests";
pub(crate) const SWEEPS: &str = "Sweeps";

/// The queues of a template, by logical id.
#[derive(Debug)]
pub(crate) struct Sqs {
    queues: Mutex<BTreeMap<String, Queue>>,
    faults: Faults,
    /// Notified if a group of the queue may have become available.
    arrivals: BTreeMap<String, Arc<Notify>>,
}

impl Sqs {
    pub(crate) fn new(template: &Template, faults: Faults, random: &Random) -> Self {
        let queues = template.queues.iter();
        let queues = queues.map(|queue| (queue.id.clone(), Queue::new(queue, random.fork())));
        let queues: BTreeMap<String, Queue> = queues.collect();
        let arrivals = queues.keys().map(|id| (id.clone(), Arc::default())).collect();
        Self { queues: Mutex::new(queues), faults, arrivals }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs a call of the API at `now`. An error of SQS is a reply; `Err` means that the call is not simulated.
    pub(crate) fn perform(&self, operation: &str, input: &Value, now: Duration) -> Result<Reply> {
        let id = queue_id(input)?;
        let mut queues = self.lock();
        let queue = queues.get_mut(id).with_context(|| format!("no queue {id}"))?;
        let is_send = operation.starts_with("SendMessage");
        if is_send && self.throttles_new_queue(queue, now) {
            return Ok(throttled());
        }
        let reply = match operation {
            "SendMessage" => sends::send(queue, input, now)?,
            "SendMessageBatch" => sends::send_batch(queue, input, now)?,
            "ChangeMessageVisibility" => visibility_changes::change_visibility(queue, input, now)?,
            "ChangeMessageVisibilityBatch" => visibility_changes::change_visibility_batch(queue, input, now)?,
            _ => bail!("{operation} of SQS is not simulated"),
        };
        self.notify(id);
        Ok(reply)
    }

    fn throttles_new_queue(&self, queue: &mut Queue, now: Duration) -> bool {
        let limit = self.faults.queue_warm_up(now).filter(|_| queue.is_fifo());
        let is_throttled = limit.is_some_and(|limit| !queue.rates.admits_send(limit, now));
        if is_throttled {
            self.faults.count("sqs: send throttled while the queue warms up");
        }
        is_throttled
    }

    fn notify(&self, id: &str) {
        if let Some(arrivals) = self.arrivals.get(id) {
            arrivals.notify_one();
        }
    }

    /// How many messages the queue has, waiting or in flight.
    pub(crate) fn len(&self, id: &str) -> usize {
        self.lock().get(id).map_or(0, Queue::len)
    }

    /// Whether the queue has no message.
    pub(crate) fn is_empty(&self, id: &str) -> bool {
        self.len(id) == 0
    }

    /// The messages of a queue, in their order.
    pub(crate) fn messages(&self, id: &str) -> Vec<Message> {
        self.lock().get(id).map(Queue::messages).unwrap_or_default()
    }

    /// Puts a message on a queue as if a client had sent it. For records that no function would send.
    pub(crate) fn put(&self, id: &str, group: &str, body: &str, now: Duration) {
        if let Some(queue) = self.lock().get_mut(id) {
            queue.put(group, body, now);
        }
        self.notify(id);
    }

    pub(crate) fn peaks(&self, id: &str) -> Peaks {
        self.lock().get(id).map(Queue::peaks).unwrap_or_default()
    }
}

/// The logical id at the end of the URL.
fn queue_id(input: &Value) -> Result<&str> {
    sends::text(input, "QueueUrl")?.rsplit('/').next().context("an empty QueueUrl")
}
