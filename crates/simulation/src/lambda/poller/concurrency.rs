use std::time::Duration;

// AWS gives these numbers for standard queues, and only the most for all queues. Assumed: a FIFO queue starts and grows in the
// same way. That a group has one batch at a time limits it further. Source: the scaling page.

/// How many batches are processed at once in the beginning, and after a long time without messages.
const FIRST: u32 = 5;
/// How many remain after errors.
const FEWEST: u32 = 2;
/// How many there are at most, unless the event source has a lower maximum.
const MOST: u32 = 1_250;
/// How long until one more may start: 300 more a minute.
const STEP: Duration = Duration::from_millis(60_000 / 300);

/// The batches of an event source that are processed at once.
#[derive(Debug)]
pub(super) struct Concurrency {
    running: u32,
    limit: u32,
    most: u32,
    /// When one more batch may start, if messages are available all the time until then.
    grows_at: Option<Duration>,
}

impl Concurrency {
    /// `maximum` is the maximum concurrency of the event source.
    pub(super) fn new(maximum: Option<u32>) -> Self {
        let most = maximum.unwrap_or(MOST);
        Self { running: 0, limit: FIRST.min(most), most, grows_at: None }
    }

    /// `None` if one more batch may be processed now; otherwise when it may, if no batch ends before.
    pub(super) fn exhausted_until(&mut self, now: Duration) -> Option<Duration> {
        if self.running < self.limit {
            return None;
        }
        let grows_at = *self.grows_at.get_or_insert(now + STEP);
        if now < grows_at {
            return Some(grows_at);
        }
        self.limit = (self.limit + 1).min(self.most);
        self.grows_at = Some(now + STEP);
        if self.running < self.limit { None } else { self.grows_at }
    }

    /// No messages are available.
    pub(super) fn pause_growth(&mut self) {
        self.grows_at = None;
    }

    pub(super) fn start(&mut self) {
        self.running += 1;
    }

    pub(super) fn end(&mut self) {
        self.running -= 1;
    }

    pub(super) fn back_off(&mut self) {
        self.limit = self.limit.saturating_sub(1).max(FEWEST.min(self.most));
    }

    /// No messages arrived for long.
    pub(super) fn rest(&mut self) {
        self.limit = FIRST.min(self.most);
    }

    /// How many long polls are open while the queue is empty.
    pub(super) fn idle_polls() -> u64 {
        u64::from(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts batches until none may start.
    fn fill(concurrency: &mut Concurrency, now: Duration) {
        while concurrency.exhausted_until(now).is_none() {
            concurrency.start();
        }
    }

    #[test]
    fn a_source_starts_with_five_batches_and_grows_by_300_a_minute() {
        let mut concurrency = Concurrency::new(None);
        fill(&mut concurrency, Duration::ZERO);
        assert_eq!(concurrency.running, 5);
        for step in 1..=300 {
            fill(&mut concurrency, STEP * step);
        }
        assert_eq!((concurrency.running, STEP * 300), (305, Duration::from_mins(1)));
        for step in 301..=2_000 {
            fill(&mut concurrency, STEP * step);
        }
        assert_eq!(concurrency.running, 1_250);
    }

    #[test]
    fn a_source_grows_even_if_batches_are_short() {
        let mut concurrency = Concurrency::new(None);
        for millisecond in 0..1_000 {
            fill(&mut concurrency, Duration::from_millis(millisecond));
            concurrency.end();
        }
        assert_eq!(concurrency.limit, 9);
    }

    #[test]
    fn a_source_does_not_grow_without_messages() {
        let mut concurrency = Concurrency::new(None);
        fill(&mut concurrency, Duration::ZERO);
        concurrency.pause_growth();
        fill(&mut concurrency, Duration::from_secs(9));
        assert_eq!(concurrency.running, 5);
    }

    #[test]
    fn maximum_concurrency_is_never_exceeded() {
        let mut concurrency = Concurrency::new(Some(3));
        for step in 0..9 {
            fill(&mut concurrency, STEP * step);
        }
        assert_eq!(concurrency.running, 3);
    }

    #[test]
    fn a_source_that_backs_off_keeps_two_batches() {
        let mut concurrency = Concurrency::new(None);
        for _ in 0..9 {
            concurrency.back_off();
        }
        fill(&mut concurrency, Duration::ZERO);
        assert_eq!(concurrency.running, 2);
        concurrency.rest();
        fill(&mut concurrency, Duration::ZERO);
        assert_eq!(concurrency.running, 5);
    }
}
