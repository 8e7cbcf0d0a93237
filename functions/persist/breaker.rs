use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a service is left alone after a failure.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

/// Stops attempts at a service that does not respond, so that nothing waits for it in vain.
///
/// After a failure, no attempt is made for ten seconds, then a single one, whose outcome decides. An attempt that never
/// ends, since its sandbox was frozen or killed, counts as a failure. Each sandbox decides by what it saw itself.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// From when an attempt may be made; `None` if the last one succeeded.
    next: Mutex<Option<Instant>>,
}

impl Breaker {
    /// Whether an attempt may be made now. Its outcome must be told.
    pub(super) fn admits_attempt(&self) -> bool {
        let now = Instant::now();
        let mut next = self.lock();
        match *next {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                // Nobody else tries until this attempt has ended.
                *next = Some(now + PAUSE);
                true
            }
        }
    }

    pub(super) fn succeed(&self) {
        *self.lock() = None;
    }

    pub(super) fn fail(&self) {
        *self.lock() = Some(Instant::now() + PAUSE);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// Together, the pause.
    const ALMOST: Duration = Duration::from_millis(9_999);
    const MOMENT: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn a_failure_stops_attempts_for_ten_seconds() {
        let breaker = Breaker::default();
        assert!(breaker.admits_attempt() && breaker.admits_attempt());
        breaker.fail();
        assert!(!breaker.admits_attempt());
        advance(ALMOST).await;
        assert!(!breaker.admits_attempt());
        advance(MOMENT).await;
        assert!(breaker.admits_attempt());
    }

    #[tokio::test(start_paused = true)]
    async fn one_attempt_after_the_pause_decides() {
        let breaker = Breaker::default();
        breaker.fail();
        advance(PAUSE).await;
        assert!(breaker.admits_attempt());
        assert!(!breaker.admits_attempt(), "another one is under way");
        breaker.succeed();
        assert!(breaker.admits_attempt() && breaker.admits_attempt());
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_never_ends_counts_as_a_failure() {
        let breaker = Breaker::default();
        breaker.fail();
        advance(PAUSE).await;
        assert!(breaker.admits_attempt());
        advance(ALMOST).await;
        assert!(!breaker.admits_attempt());
        advance(MOMENT).await;
        assert!(breaker.admits_attempt());
    }
}
