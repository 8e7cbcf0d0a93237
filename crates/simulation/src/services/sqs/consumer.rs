//! What Lambda's pollers do with a queue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::Sqs;
use super::message::Received;
use super::queue::Queue;
use super::rates::Action;

impl Sqs {
    /// Receives up to this many messages at once, without waiting. Those received too often move to the dead-letter queue.
    ///
    /// Source: "Using dead-letter queues in Amazon SQS" in the guide: SQS moves a message if its receive count exceeds the
    /// limit.
    pub(crate) fn receive(&self, id: &str, most: usize, now: Duration) -> Vec<Received> {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(id) else { return Vec::new() };
        let (received, dead) = queue.receive(most, now);
        if dead.is_empty() {
            return received;
        }
        let target = queue.dead_letter_queue().map(str::to_owned);
        if let Some(target) = target.and_then(|target| queues.get_mut(&target)) {
            for message in dead {
                target.take_dead_letter(message, now);
            }
        }
        received
    }

    /// Waits until a group of the queue may be available, for at most `longest`.
    pub(crate) async fn wait(&self, id: &str, longest: Duration, now: Duration) {
        let next = self.lock().get(id).and_then(Queue::next_change);
        let longest = next.map_or(longest, |next| next.saturating_sub(now).min(longest));
        if let Some(arrivals) = self.arrivals.get(id) {
            // Running out of time is one way to end.
            let _ = timeout(longest, arrivals.notified()).await;
        }
    }

    /// Deletes received messages in one call. A receipt that expired deletes nothing. Returns those that are throttled,
    /// which are not deleted.
    #[must_use = "they are still on the queue"]
    pub(crate) fn delete(&self, id: &str, received: Vec<Received>, now: Duration) -> Vec<Received> {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(id) else { return Vec::new() };
        let mut admitted = BTreeMap::new();
        let mut throttled = Vec::new();
        for received in received {
            let group = &received.message.group;
            let is_admitted = *admitted
                .entry(Arc::clone(group))
                .or_insert_with(|| !queue.is_fifo() || queue.rates.admits(Action::Delete, group, now));
            if is_admitted {
                queue.delete(received.receipt, now);
            } else {
                throttled.push(received);
            }
        }
        drop(queues);
        self.notify(id);
        throttled
    }
}
