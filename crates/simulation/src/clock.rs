//! Virtual time.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use tokio::time::Instant;

/// When every run starts: 2027-01-01T00:00:00Z, as the time since 1970.
const EPOCH: Duration = Duration::from_hours(20_819 * 24);

/// Virtual time: tokio's paused clock. It moves only when every task waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now. Needs a runtime with a paused clock.
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// The time since the start of the run.
    pub(crate) fn now(self) -> Duration {
        self.start.elapsed()
    }

    /// The time since 1970-01-01.
    pub(crate) fn since_1970(self) -> Duration {
        EPOCH + self.now()
    }

    /// Waits until a moment of the run.
    pub(crate) async fn sleep_until(self, moment: Duration) {
        tokio::time::sleep_until(self.start + moment).await;
    }
}

/// Runs `future` on this thread in virtual time. When every task waits for a moment, that moment comes at once.
///
/// # Errors
/// The runtime cannot be built.
pub(crate) fn in_virtual_time<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(future))
}

/// For the signatures of the SDK.
impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.since_1970()
    }
}
