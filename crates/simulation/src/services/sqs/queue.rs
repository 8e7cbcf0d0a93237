use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use deployment_template::{Queue as Definition, Redrive};

/// How long a FIFO queue recognises a message that is sent again.
/// Source: "Using the message deduplication ID in Amazon SQS" in the guide.
const DEDUPLICATION: Duration = Duration::from_mins(5);
/// Among how many messages, from the first, a FIFO queue looks for available groups.
/// Source: "Avoid large message backlogs with the same message group ID" in the guide.
const SCANNED: usize = 120_000;
/// How many calls of one action a second a group may get.
/// Source: "Amazon SQS message quotas" in the guide.
const CALLS_PER_SECOND: u32 = 300;

/// A message on a queue.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: Arc<str>,
    pub group: Arc<str>,
    pub body: Arc<str>,
    /// The message attributes of type `String`.
    pub attributes: BTreeMap<String, String>,
    sent: Duration,
    receives: u32,
    /// Until when it is hidden, if it is in flight.
    hidden_until: Option<Duration>,
}

/// A message as one receive returned it.
#[derive(Debug, Clone)]
pub struct Received {
    pub message: Message,
    position: u64,
    /// How often it had been received: an older receipt is not valid.
    receives: u32,
}

/// What one group has on the queue.
#[derive(Debug, Default)]
struct Group {
    positions: BTreeSet<u64>,
    in_flight: usize,
}

/// Sends to one group in the present second.
#[derive(Debug, Default, Clone, Copy)]
struct Rate {
    second: u64,
    sends: u32,
}

/// A FIFO queue. Positions number its messages in the order of their arrival.
#[derive(Debug)]
pub(super) struct Queue {
    visibility_timeout: Duration,
    retention: Duration,
    redrive: Option<Redrive>,
    deduplicates_per_group: bool,
    messages: BTreeMap<u64, Message>,
    groups: HashMap<Arc<str>, Group>,
    /// Groups with messages of which none is in flight, by the position of their first message.
    available: BTreeMap<u64, Arc<str>>,
    /// Messages in flight, by the end of their visibility timeout.
    in_flight: BTreeSet<(Duration, u64)>,
    /// The positions of messages by deduplication id, and the order in which they are forgotten.
    known: HashMap<(Arc<str>, Arc<str>), u64>,
    forgotten: VecDeque<(Duration, (Arc<str>, Arc<str>))>,
    rates: HashMap<Arc<str>, Rate>,
    last_position: u64,
    /// The last position that is scanned for available groups, and how many messages there are up to it.
    scanned_to: u64,
    scanned: usize,
    most_messages: usize,
    most_receives: u32,
}

impl Queue {
    pub(super) fn new(definition: &Definition) -> Self {
        Self {
            visibility_timeout: definition.visibility_timeout,
            retention: definition.retention,
            redrive: definition.redrive.clone(),
            deduplicates_per_group: definition.fifo.is_some_and(|fifo| fifo.deduplicates_per_group),
            messages: BTreeMap::new(),
            groups: HashMap::new(),
            available: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            known: HashMap::new(),
            forgotten: VecDeque::new(),
            rates: HashMap::new(),
            last_position: 0,
            scanned_to: 0,
            scanned: 0,
            most_messages: 0,
            most_receives: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn peaks(&self) -> (usize, u32) {
        (self.most_messages, self.most_receives)
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        self.messages.values().cloned().collect()
    }

    pub(super) fn dead_letter_queue(&self) -> Option<String> {
        self.redrive.as_ref().map(|redrive| redrive.queue.clone())
    }

    /// Whether the group may get one more call in this second; counts the call.
    pub(super) fn admits(&mut self, group: &str, now: Duration) -> bool {
        let rate = self.rates.entry(group.into()).or_default();
        if rate.second != now.as_secs() {
            *rate = Rate { second: now.as_secs(), sends: 0 };
        }
        rate.sends += 1;
        rate.sends <= CALLS_PER_SECOND
    }

    /// Takes a message unless it was sent before. Returns the position of the message, the same for both.
    pub(super) fn send(
        &mut self,
        group: &str,
        deduplication_id: &str,
        body: &str,
        attributes: BTreeMap<String, String>,
        now: Duration,
    ) -> u64 {
        self.forget(now);
        let scope = if self.deduplicates_per_group { group } else { "" };
        let key: (Arc<str>, Arc<str>) = (scope.into(), deduplication_id.into());
        if let Some(position) = self.known.get(&key) {
            return *position;
        }
        let position = self.push(group, body, attributes, now);
        self.known.insert(key.clone(), position);
        self.forgotten.push_back((now + DEDUPLICATION, key));
        position
    }

    fn forget(&mut self, now: Duration) {
        while self.forgotten.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, key)) = self.forgotten.pop_front() {
                self.known.remove(&key);
            }
        }
    }

    pub(super) fn plant(&mut self, group: &str, body: &str, now: Duration) {
        self.push(group, body, BTreeMap::new(), now);
    }

    /// Takes a message that another queue could not deliver. Its retention starts anew.
    /// Source: "Amazon SQS dead-letter queues" in the guide, on FIFO queues.
    pub(super) fn bury(&mut self, message: Message, now: Duration) {
        self.push(&message.group, &message.body, message.attributes, now);
    }

    fn push(&mut self, group: &str, body: &str, attributes: BTreeMap<String, String>, now: Duration) -> u64 {
        self.last_position += 1;
        let position = self.last_position;
        let group: Arc<str> = group.into();
        let message = Message {
            id: message_id(position).into(),
            group: Arc::clone(&group),
            body: body.into(),
            attributes,
            sent: now,
            receives: 0,
            hidden_until: None,
        };
        self.messages.insert(position, message);
        self.most_messages = self.most_messages.max(self.messages.len());
        if self.scanned < SCANNED {
            self.scanned += 1;
            self.scanned_to = position;
        }
        let of_group = self.groups.entry(Arc::clone(&group)).or_default();
        of_group.positions.insert(position);
        if of_group.positions.len() == 1 {
            self.available.insert(position, group);
        }
        position
    }

    /// When the next message becomes visible again.
    pub(super) fn next_change(&self) -> Option<Duration> {
        self.in_flight.first().map(|(at, _)| *at)
    }

    /// Receives messages, and returns apart those that were received too often.
    ///
    /// A group with a message in flight is not available. A receive takes as many messages of one group as possible
    /// before it takes others. Source: "FIFO queue delivery logic in Amazon SQS" in the guide.
    pub(super) fn receive(&mut self, most: usize, now: Duration) -> (Vec<Received>, Vec<Message>) {
        self.end_visibility_timeouts(now);
        self.expire(now);
        let (mut received, mut dead) = (Vec::new(), Vec::new());
        while received.len() < most {
            let Some((first, group)) = self.available.first_key_value() else { break };
            if *first > self.scanned_to {
                break;
            }
            let (first, group) = (*first, Arc::clone(group));
            self.available.remove(&first);
            let positions: Vec<u64> = self
                .groups
                .get(&group)
                .map(|group| group.positions.iter().copied().collect())
                .unwrap_or_default();
            for position in positions {
                if received.len() == most {
                    break;
                }
                match self.take(position, now) {
                    Some(Taken::Received(message)) => received.push(message),
                    Some(Taken::TooOften(message)) => dead.push(message),
                    None => {}
                }
            }
            self.update_available(&group);
        }
        (received, dead)
    }

    fn take(&mut self, position: u64, now: Duration) -> Option<Taken> {
        let most_receives = self.redrive.as_ref().map(|redrive| redrive.max_receive_count);
        let message = self.messages.get_mut(&position)?;
        message.receives += 1;
        if most_receives.is_some_and(|most| message.receives > most) {
            return self.remove(position).map(Taken::TooOften);
        }
        self.most_receives = self.most_receives.max(message.receives);
        let until = now + self.visibility_timeout;
        message.hidden_until = Some(until);
        self.in_flight.insert((until, position));
        let received = Received { position, receives: message.receives, message: message.clone() };
        if let Some(group) = self.groups.get_mut(&received.message.group) {
            group.in_flight += 1;
        }
        Some(Taken::Received(received))
    }

    /// Deletes a message; returns whether the receipt was valid. The receipt of a FIFO queue is valid only until the
    /// visibility timeout ends.
    /// Source: `DeleteMessage` in the Amazon SQS API reference.
    pub(super) fn delete(&mut self, receipt: &Received, now: Duration) -> bool {
        self.end_visibility_timeouts(now);
        let is_valid = self.is_in_flight(receipt);
        if is_valid {
            self.remove(receipt.position);
            self.update_available(&receipt.message.group);
        }
        is_valid
    }

    /// Makes a message in flight visible after `timeout`; returns whether the receipt was valid.
    /// Source: `ChangeMessageVisibility` in the Amazon SQS API reference.
    pub(super) fn change_visibility(&mut self, id: &str, timeout: Duration, now: Duration) -> bool {
        self.end_visibility_timeouts(now);
        let Some(position) = position_of(id) else { return false };
        let Some(message) = self.messages.get_mut(&position) else { return false };
        let Some(until) = message.hidden_until else { return false };
        self.in_flight.remove(&(until, position));
        message.hidden_until = Some(now + timeout);
        self.in_flight.insert((now + timeout, position));
        true
    }

    fn is_in_flight(&self, receipt: &Received) -> bool {
        self.messages
            .get(&receipt.position)
            .is_some_and(|message| message.hidden_until.is_some() && message.receives == receipt.receives)
    }

    fn end_visibility_timeouts(&mut self, now: Duration) {
        while let Some(&(until, position)) = self.in_flight.first() {
            if until > now {
                break;
            }
            self.in_flight.pop_first();
            let Some(message) = self.messages.get_mut(&position) else { continue };
            message.hidden_until = None;
            let group = Arc::clone(&message.group);
            if let Some(group) = self.groups.get_mut(&group) {
                group.in_flight -= 1;
            }
            self.update_available(&group);
        }
    }

    /// Removes messages that were there for longer than the retention period.
    fn expire(&mut self, now: Duration) {
        while let Some((&position, message)) = self.messages.first_key_value() {
            if now.saturating_sub(message.sent) < self.retention {
                break;
            }
            let group = Arc::clone(&message.group);
            self.remove(position);
            self.update_available(&group);
        }
    }

    fn remove(&mut self, position: u64) -> Option<Message> {
        let message = self.messages.remove(&position)?;
        if position <= self.scanned_to {
            match self.messages.range(self.scanned_to + 1..).next() {
                Some((next, _)) => self.scanned_to = *next,
                None => self.scanned -= 1,
            }
        }
        if let Some(group) = self.groups.get_mut(&message.group) {
            let was_first = group.positions.first() == Some(&position);
            group.positions.remove(&position);
            if was_first {
                self.available.remove(&position);
            }
            if let Some(until) = message.hidden_until {
                group.in_flight -= 1;
                self.in_flight.remove(&(until, position));
            }
            if group.positions.is_empty() {
                self.groups.remove(&message.group);
            }
        }
        Some(message)
    }

    fn update_available(&mut self, group: &Arc<str>) {
        let Some(of_group) = self.groups.get(group) else { return };
        let Some(first) = of_group.positions.first() else { return };
        if of_group.in_flight == 0 {
            self.available.insert(*first, Arc::clone(group));
        } else {
            self.available.remove(first);
        }
    }
}

enum Taken {
    Received(Received),
    TooOften(Message),
}

/// The id of the message at a position.
pub(super) fn message_id(position: u64) -> String {
    format!("00000000-0000-0000-0000-{position:012}")
}

fn position_of(id: &str) -> Option<u64> {
    id.rsplit('-').next()?.parse().ok()
}
