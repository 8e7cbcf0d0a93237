use std::collections::BTreeMap;

use super::message::Message;

/// The first messages of a FIFO queue, among which it looks for available groups.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// The last position within it, and how many messages there are up to it.
    last: u64,
    count: usize,
}

impl Window {
    pub(super) fn new(size: usize) -> Self {
        Self { size, last: 0, count: 0 }
    }

    pub(super) fn push(&mut self, position: u64) {
        if self.count < self.size {
            self.count += 1;
            self.last = position;
        }
    }

    pub(super) fn contains(&self, position: u64) -> bool {
        position <= self.last
    }

    /// Records that a message left the queue. `messages` are the remaining ones.
    pub(super) fn remove(&mut self, position: u64, messages: &BTreeMap<u64, Message>) {
        if self.contains(position) {
            match messages.range(self.last + 1..).next() {
                Some((next, _)) => self.last = *next,
                None => self.count -= 1,
            }
        }
    }
}
