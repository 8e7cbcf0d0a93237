use std::time::{Duration, Instant};

/// Longer than any condition takes on a slow machine, so that only a real failure reaches it.
const DEADLINE: Duration = Duration::from_mins(2);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Polls `poll` until it returns a value, for two minutes at most. `what` names the condition in the panic message.
pub async fn eventually<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    within(DEADLINE, poll).await.unwrap_or_else(|| panic!("not within {DEADLINE:?}: {what}"))
}

/// Polls `poll` until it returns a value. Returns `None` if it does not within `timeout`.
pub async fn within<T>(timeout: Duration, mut poll: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(value) = poll().await {
            return Some(value);
        }
        let waited = start.elapsed();
        if waited > timeout {
            return None;
        }
        // The pauses grow, so that the polls of a slow stack do not make it slower.
        tokio::time::sleep((waited / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_value_of_a_later_poll_is_returned() {
        let mut polls = 0;
        let poll = async || {
            polls += 1;
            (polls == 3).then_some(polls)
        };
        assert_eq!(eventually("the third poll", poll).await, 3);
    }

    #[tokio::test]
    async fn what_never_holds_ends_with_the_deadline() {
        let mut polls = 0;
        let poll = async || {
            polls += 1;
            None::<()>
        };
        assert_eq!(within(Duration::from_millis(30), poll).await, None);
        assert!(polls >= 2, "{polls}");
    }
}
