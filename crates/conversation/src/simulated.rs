//! Time and randomness from a simulation. They apply to the thread that sets them; other threads use the operating system.

use std::cell::RefCell;
use std::time::Duration;

type Clock = Box<dyn FnMut() -> Duration>;
type Random = Box<dyn FnMut(&mut [u8])>;

thread_local! {
    static CLOCK: RefCell<Option<Clock>> = const { RefCell::new(None) };
    static RANDOM: RefCell<Option<Random>> = const { RefCell::new(None) };
}

/// Makes [`Timestamp::now`](crate::Timestamp::now) use `clock`, which returns the time since 1970-01-01.
pub fn set_clock(clock: impl FnMut() -> Duration + 'static) {
    CLOCK.set(Some(Box::new(clock)));
}

/// Makes [`RequestId::random`](crate::RequestId::random) and [`ApplicationId::random`](crate::ApplicationId::random) use
/// `fill`, which fills a buffer.
pub fn set_random(fill: impl FnMut(&mut [u8]) + 'static) {
    RANDOM.set(Some(Box::new(fill)));
}

pub(crate) fn unix_millis() -> Option<u128> {
    CLOCK.with_borrow_mut(|clock| clock.as_mut().map(|clock| clock().as_millis()))
}

/// Returns whether the buffer was filled.
pub(crate) fn fill_randomly(bytes: &mut [u8]) -> bool {
    RANDOM.with_borrow_mut(|random| random.as_mut().map(|fill| fill(bytes)).is_some())
}

#[cfg(test)]
mod tests {
    use crate::{ApplicationId, RequestId, Timestamp};

    use super::*;

    #[test]
    fn a_simulation_decides_time_and_randomness() {
        set_clock(|| Duration::from_millis(7));
        set_random(|bytes| bytes.fill(9));
        assert_eq!(Timestamp::now(), Timestamp::from_millis(7));
        assert_eq!(ApplicationId::random().unwrap(), ApplicationId::from_bytes([9; 16]));
        assert_eq!(RequestId::random().unwrap(), RequestId::random().unwrap());
    }

    #[test]
    fn a_thread_without_a_simulation_uses_the_operating_system() {
        assert!(Timestamp::now() > Timestamp::from_millis(1_700_000_000_000));
        assert_ne!(ApplicationId::random().unwrap(), ApplicationId::random().unwrap());
    }
}
