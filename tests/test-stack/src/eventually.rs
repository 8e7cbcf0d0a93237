use std::time::{Duration, Instant};

/// Longer than any condition takes on a slow machine, so that only a real failure reaches it.
const DEADLINE: Duration = Duration::from_mins(2);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Polls `poll` until it returns a value, for two minutes at most. `what` names the condition in the panic message.
pub async fn eventually<T>(what: &str, mut poll: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    let mut interval = tokio::time::interval(POLL_INTERVAL);
    while start.elapsed() < DEADLINE {
        if let Some(value) = poll().await {
            return value;
        }
        interval.tick().await;
    }
    panic!("not within {DEADLINE:?}: {what}");
}
