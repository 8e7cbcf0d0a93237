use std::time::Duration;

use crate::{MessageNumber, Order, PageRequest, Timestamp};

/// How long after its creation a message waits, in ascending pages, for numbers below it that are not stored yet.
pub const GAP_WAIT: Duration = Duration::from_mins(1);

/// Decides where an ascending page of messages ends, so that a client that follows a chat misses nothing.
///
/// Numbers are allocated in order, but may be stored out of order. A client that saw message 6 asks for what comes after
/// it, and never for 5 again. So a page ends before a message above a gap, a number that is not stored, until
/// [`GAP_WAIT`] after the creation of that message. A number that nothing uses delays what is above it no longer than
/// that.
///
/// One check covers all Queries of a page. Descending pages have no such end.
#[derive(Debug, Clone)]
pub struct GapCheck {
    order: Order,
    now: Timestamp,
    /// The number that the list reached.
    last: u64,
    /// Whether a number up to `last` may still be stored.
    has_gap: bool,
}

impl GapCheck {
    #[must_use]
    pub fn new(page: &PageRequest<MessageNumber>, now: Timestamp) -> Self {
        let last = page.after.map_or(0, MessageNumber::get);
        Self { order: page.order, now, last, has_gap: false }
    }

    /// Whether the page goes on with the next row that is created or deleted. If not, the page ends before it and is the
    /// last one. `created_at` is `None` if a tombstone does not tell: then it delays nothing and proves nothing.
    pub fn admits(&mut self, number: MessageNumber, created_at: Option<Timestamp>) -> bool {
        if self.order == Order::Descending {
            return true;
        }
        self.has_gap |= number.get() > self.last + 1;
        if self.has_gap
            && let Some(created_at) = created_at
        {
            // A clock that is ahead makes a message young, too.
            if self.now.since(created_at).is_none_or(|age| age < GAP_WAIT) {
                return false;
            }
            self.has_gap = false;
        }
        self.last = number.get();
        true
    }
}

#[cfg(test)]
mod tests;
