use std::time::{Duration, Instant};

/// Longer than any condition takes on a slow machine, so that only a real failure reaches it.
const DEADLINE: Duration = Duration::from_mins(2);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Polls `poll` until it returns a value, for two minutes at most. `what` names the condition in the panic message.
pub async fn eventually<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    within(DEADLINE, poll).await.unwrap_or_else(|| panic!("not within {DEADLINE:?}: {what}"))
}

/// Polls `poll` until it returns a value. Returns `None` if it does not within `deadline`.
pub async fn within<T>(deadline: Duration, mut poll: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(value) = poll().await {
            return Some(value);
        }
        let waited = start.elapsed();
        if waited > deadline {
            return None;
        }
        // The longer it takes, the rarer: a slow stack has better things to do than to answer polls.
        tokio::time::sleep((waited / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
    }
}
