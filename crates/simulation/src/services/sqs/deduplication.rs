use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long a FIFO queue recognises a message that is sent again.
/// Source: "Using the message deduplication ID in Amazon SQS" in the guide.
const INTERVAL: Duration = Duration::from_mins(5);

/// The messages that a FIFO queue recognises.
#[derive(Debug)]
pub(super) struct Deduplication {
    per_group: bool,
    /// The positions of messages, and the order in which they are forgotten.
    known: HashMap<Arc<str>, u64>,
    forgotten: VecDeque<(Duration, Arc<str>)>,
}

impl Deduplication {
    pub(super) fn new(per_group: bool) -> Self {
        Self { per_group, known: HashMap::new(), forgotten: VecDeque::new() }
    }

    /// The key of a message. Neither part contains a line break: both consist of letters, digits and punctuation.
    pub(super) fn key(&self, group: &str, deduplication_id: &str) -> String {
        if self.per_group { format!("{group}\n{deduplication_id}") } else { deduplication_id.to_owned() }
    }

    pub(super) fn position(&mut self, key: &str, now: Duration) -> Option<u64> {
        while self.forgotten.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, key)) = self.forgotten.pop_front() {
                self.known.remove(&key);
            }
        }
        self.known.get(key).copied()
    }

    pub(super) fn remember(&mut self, key: String, position: u64, now: Duration) {
        let key: Arc<str> = key.into();
        self.known.insert(Arc::clone(&key), position);
        self.forgotten.push_back((now + INTERVAL, key));
    }
}
