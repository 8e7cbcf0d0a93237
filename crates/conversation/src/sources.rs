//! Where time and randomness come from: the operating system, or a simulation that replaced them on this thread.

use std::time::SystemTime;

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
