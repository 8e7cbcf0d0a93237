use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use deployment_template::Queue as Definition;

use super::deduplication::Deduplication;
use super::groups::Groups;
use super::message::{Message, message_id};
use super::rates::Rates;
use super::window::Window;
use crate::random::Random;

/// Among how many messages, from the first, a FIFO queue looks for available groups.
/// Source: "Avoid large message backlogs with the same message group ID in Amazon SQS" in the guide.
const SCANNED: usize = 120_000;

/// A queue. Positions number its messages in the order of their arrival.
///
/// In a standard queue, each message is a group of its own.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) definition: Definition,
    pub(super) random: Random,
    pub(super) messages: BTreeMap<u64, Message>,
    pub(super) groups: Groups,
    pub(super) window: Window,
    /// Messages in flight, by the end of their visibility timeout.
    pub(super) in_flight: BTreeSet<(Duration, u64)>,
    pub(super) deduplication: Deduplication,
    pub(super) rates: Rates,
    /// When groups may be received again that had too many receives in their second.
    pub(super) throttled_until: Option<Duration>,
    pub(super) last_position: u64,
    pub(super) peaks: Peaks,
}

/// The highest numbers since the start of a queue.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Peaks {
    /// Messages on the queue.
    pub(crate) messages: usize,
    /// Receives of one message.
    pub(crate) receives: u32,
}

impl Queue {
    pub(super) fn new(definition: &Definition, random: Random) -> Self {
        let fifo = definition.fifo;
        Self {
            definition: definition.clone(),
            random,
            messages: BTreeMap::new(),
            groups: Groups::default(),
            window: Window::new(if fifo.is_some() { SCANNED } else { usize::MAX }),
            in_flight: BTreeSet::new(),
            deduplication: Deduplication::new(fifo.is_some_and(|fifo| fifo.deduplicates_per_group)),
            rates: Rates::new(fifo.is_some_and(|fifo| fifo.throughput_per_group)),
            throttled_until: None,
            last_position: 0,
            peaks: Peaks::default(),
        }
    }

    pub(super) fn is_fifo(&self) -> bool {
        self.definition.fifo.is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn peaks(&self) -> Peaks {
        self.peaks
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        self.messages.values().cloned().collect()
    }

    pub(super) fn dead_letter_queue(&self) -> Option<&str> {
        self.definition.redrive.as_ref().map(|redrive| &*redrive.queue)
    }

    /// Takes a message unless a FIFO queue recognises it. Returns the position of the message, the same for both.
    /// `group` and `deduplication_id` are those of a FIFO queue.
    pub(super) fn send(
        &mut self,
        group: &str,
        deduplication_id: &str,
        body: &str,
        attributes: BTreeMap<String, String>,
        now: Duration,
    ) -> u64 {
        if !self.is_fifo() {
            return self.push(group, body, attributes, now);
        }
        let key = self.deduplication.key(group, deduplication_id);
        if let Some(position) = self.deduplication.position(&key, now) {
            return position;
        }
        let position = self.push(group, body, attributes, now);
        self.deduplication.remember(key, position, now);
        position
    }

    pub(super) fn put(&mut self, group: &str, body: &str, now: Duration) {
        self.push(group, body, BTreeMap::new(), now);
    }

    /// Takes a message that another queue could not deliver. In a FIFO queue, its retention period starts again.
    /// Source: "Using dead-letter queues in Amazon SQS" in the guide, on retention periods.
    pub(super) fn take_dead_letter(&mut self, message: Message, now: Duration) {
        let sent = if self.is_fifo() { now } else { message.sent };
        self.push(&message.group, &message.body, message.attributes, sent);
    }

    fn push(&mut self, group: &str, body: &str, attributes: BTreeMap<String, String>, sent: Duration) -> u64 {
        self.last_position += 1;
        let position = self.last_position;
        let id: Arc<str> = message_id(position).into();
        let group = if self.is_fifo() { group.into() } else { Arc::clone(&id) };
        self.groups.push(position, &group);
        self.window.push(position);
        let message =
            Message { id, group, body: body.into(), attributes, sent, receives: 0, hidden_until: None };
        self.messages.insert(position, message);
        self.peaks.messages = self.peaks.messages.max(self.messages.len());
        position
    }

    /// When the next message becomes visible again, or a group available.
    pub(super) fn next_change(&self) -> Option<Duration> {
        let visible = self.in_flight.first().map(|(at, _)| *at);
        self.throttled_until.into_iter().chain(visible).min()
    }
}
