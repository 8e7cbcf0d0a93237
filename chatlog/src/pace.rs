use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep};

/// How fast tables are read.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// The most read units of all tables together to use in a second. One reads 4 KB
    #[arg(long, value_name = "UNITS", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    read_units: u32,
    /// The most rows to read at a time
    #[arg(long, value_name = "ROWS", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    page: u16,
}

impl Pace {
    /// The most rows of a page.
    pub(crate) fn limit(&self) -> i32 {
        i32::from(self.page.min(i16::MAX.unsigned_abs()))
    }

    /// Waits until a page that began at `began` and used so many read units has taken as long as it must.
    pub(crate) async fn wait(&self, began: Instant, units: f64) {
        let least = Duration::from_secs_f64(units / f64::from(self.read_units));
        sleep(least.saturating_sub(began.elapsed())).await;
    }
}
