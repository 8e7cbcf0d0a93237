//! Where time and randomness come from: the operating system, or a simulation that replaced them on this thread.

use std::time::{Duration, SystemTime};

/// The time since 1970-01-01 in milliseconds.
pub(crate) fn unix_millis() -> u128 {
    #[cfg(feature = "simulated")]
    if let Some(millis) = crate::simulated::unix_millis() {
        return millis;
    }
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// # Errors
/// The operating system has no random bytes.
pub(crate) fn fill_randomly(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    #[cfg(feature = "simulated")]
    if crate::simulated::fill_randomly(bytes) {
        return Ok(());
    }
    getrandom::fill(bytes)
}

/// Between half of the pause and all of it, so that callers that failed together do not try again together.
#[must_use]
pub fn jittered(pause: Duration) -> Duration {
    let mut bytes = [u8::MAX];
    // Without random bytes, the whole pause.
    let _ = fill_randomly(&mut bytes);
    let [random] = bytes;
    pause / 2 + pause / 2 * u32::from(random) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_loses_half_of_it_at_most() {
        let pauses: Vec<Duration> = (0..1_000).map(|_| jittered(Duration::from_millis(100))).collect();
        assert!(pauses.iter().all(|pause| (50..=100).contains(&pause.as_millis())));
        assert_ne!(pauses.iter().min(), pauses.iter().max());
    }
}
