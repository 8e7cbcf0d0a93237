use std::sync::Arc;
use std::time::Duration;

use super::message::{Message, Receipt};
use super::queue::Queue;

/// Assumed: how often a standard queue delivers a message again although it was deleted. AWS says "on rare occasions".
/// Source: "Amazon SQS at-least-once delivery" in the guide.
const DELIVERED_AGAIN: f64 = 0.001;

impl Queue {
    /// Deletes a message; returns whether the receipt was valid. The receipt of a FIFO queue is valid only until the
    /// visibility timeout ends.
    /// Source: `DeleteMessage` in the Amazon SQS API reference.
    pub(super) fn delete(&mut self, receipt: Receipt, now: Duration) -> bool {
        self.end_visibility_timeouts(now);
        let is_valid = self.is_in_flight(receipt);
        let stays = !self.is_fifo() && self.random.chance(DELIVERED_AGAIN);
        if is_valid && !stays {
            self.remove(receipt.position);
        }
        is_valid
    }

    /// Makes a message in flight visible after `timeout`; returns whether the receipt was valid.
    /// Source: `ChangeMessageVisibility` in the Amazon SQS API reference.
    pub(super) fn change_visibility(&mut self, receipt: Receipt, timeout: Duration, now: Duration) -> bool {
        self.end_visibility_timeouts(now);
        if !self.is_in_flight(receipt) {
            return false;
        }
        let position = receipt.position;
        let Some(message) = self.messages.get_mut(&position) else { return false };
        let Some(until) = message.hidden_until.replace(now + timeout) else { return false };
        self.in_flight.remove(&(until, position));
        self.in_flight.insert((now + timeout, position));
        true
    }

    /// The group of a message in flight.
    pub(super) fn group_of(&self, receipt: Receipt) -> Option<Arc<str>> {
        self.messages.get(&receipt.position).map(|message| Arc::clone(&message.group))
    }

    fn is_in_flight(&self, receipt: Receipt) -> bool {
        self.messages
            .get(&receipt.position)
            .is_some_and(|message| message.hidden_until.is_some() && message.receives == receipt.receives)
    }

    pub(super) fn end_visibility_timeouts(&mut self, now: Duration) {
        while let Some(&(until, position)) = self.in_flight.first() {
            if until > now {
                break;
            }
            self.in_flight.pop_first();
            let Some(message) = self.messages.get_mut(&position) else { continue };
            message.hidden_until = None;
            self.groups.make_visible(&message.group);
        }
    }

    /// Removes messages that were there for longer than the retention period.
    pub(super) fn expire(&mut self, now: Duration) {
        while let Some((&position, message)) = self.messages.first_key_value() {
            if now.saturating_sub(message.sent) < self.definition.retention {
                break;
            }
            self.remove(position);
        }
    }

    pub(super) fn remove(&mut self, position: u64) -> Option<Message> {
        let message = self.messages.remove(&position)?;
        self.window.remove(position, &self.messages);
        self.groups.remove(position, &message);
        if let Some(until) = message.hidden_until {
            self.in_flight.remove(&(until, position));
        }
        self.groups.update(&message.group);
        Some(message)
    }
}
