use std::time::Duration;

use super::message::{Message, Receipt, Received};
use super::queue::Queue;
use super::rates::Action;

/// How many messages of a queue may be in flight. Beyond that, a receive that waits for messages gets none and no error.
/// Source: "Amazon SQS FIFO queue quotas" and "Amazon SQS standard queue quotas" in the guide.
const IN_FLIGHT: usize = 120_000;
/// Assumed: how often a standard queue passes over a message for later ones. AWS says "occasionally".
/// Source: "Amazon SQS standard queues" in the guide.
const OUT_OF_ORDER: f64 = 0.01;

impl Queue {
    /// Receives messages, and returns apart those that were received too often.
    ///
    /// A group with a message in flight is not available. A receive takes as many messages of one group as possible
    /// before it takes others. Source: "FIFO queue delivery logic in Amazon SQS" in the guide.
    pub(super) fn receive(&mut self, most: usize, now: Duration) -> (Vec<Received>, Vec<Message>) {
        self.end_visibility_timeouts(now);
        self.expire(now);
        self.throttled_until = None;
        let (mut received, mut dead) = (Vec::new(), Vec::new());
        let mut from = 0;
        while let Some((first, group)) = self.groups.available_from(from) {
            if received.len() >= most || self.in_flight.len() >= IN_FLIGHT || !self.window.contains(first) {
                break;
            }
            from = first + 1;
            if self.passes_over(&group, from, now) {
                continue;
            }
            let mut next = Some(first);
            while let Some(position) = next.filter(|_| received.len() < most) {
                next = self.groups.next_of(&group, position);
                match self.take(position, now) {
                    Some(Taken::Received(message)) => received.push(message),
                    Some(Taken::TooOften(message)) => dead.push(message),
                    None => {}
                }
            }
        }
        (received, dead)
    }

    /// Whether a receive skips a group although it is available. `next` is the position after its first message.
    fn passes_over(&mut self, group: &str, next: u64, now: Duration) -> bool {
        if !self.is_fifo() {
            let has_others = self.groups.available_from(next).is_some();
            return has_others && self.random.chance(OUT_OF_ORDER);
        }
        let is_throttled = !self.rates.admits(Action::Receive, group, now);
        if is_throttled {
            self.throttled_until = Some(Duration::from_secs(now.as_secs() + 1));
        }
        is_throttled
    }

    fn take(&mut self, position: u64, now: Duration) -> Option<Taken> {
        let most_receives = self.definition.redrive.as_ref().map(|redrive| redrive.max_receive_count);
        let message = self.messages.get_mut(&position)?;
        message.receives += 1;
        if most_receives.is_some_and(|most| message.receives > most) {
            return self.remove(position).map(Taken::TooOften);
        }
        self.peaks.receives = self.peaks.receives.max(message.receives);
        let until = now + self.definition.visibility_timeout;
        message.hidden_until = Some(until);
        self.in_flight.insert((until, position));
        let receipt = Receipt { position, receives: message.receives };
        self.groups.receive(&message.group);
        let received = Received { message: message.clone(), receipt };
        self.groups.update(&received.message.group);
        Some(Taken::Received(received))
    }
}

enum Taken {
    Received(Received),
    TooOften(Message),
}
