use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::time::{Instant, sleep};

use super::report::Report;
use crate::deployment::Deployment;
use crate::output::progress;

/// How fast the tables are read.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// The most read units of all tables together to use in a second. One reads 4 KB
    #[arg(long, value_name = "UNITS", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    read_units: u32,
    /// The most rows to read at a time
    #[arg(long, value_name = "ROWS", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    page: u16,
}

/// What becomes of a counter that contradicts the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Verify,
    DryRun,
    Repair,
}

/// Compares all rows with the counters.
pub(super) async fn run(deployment: &Deployment, pace: &Pace, mode: Mode) -> Result<Report> {
    let audit = deployment.counter_audit()?;
    let total = audit.approximate_rows().await.context("could not describe the tables")?;
    let bar = progress(total, "rows")?;
    let mut report = Report::new(mode);
    let mut scan = audit.scan();
    let limit = i32::from(pace.page.min(i16::MAX.unsigned_abs()));
    loop {
        let began = Instant::now();
        let scanned = scan.next_page(limit).await;
        let scanned =
            scanned.context("could not compare the counters with the rows; run the command again")?;
        let Some(scanned) = scanned else { break };
        for shortfall in scanned.shortfalls {
            if mode == Mode::Repair {
                let raised = audit.raise(&shortfall).await;
                raised.context("could not change a counter; run the command again")?;
            }
            report.add(&shortfall);
        }
        report.rows += u64::try_from(scanned.rows)?;
        bar.set_position(report.rows);
        let least = Duration::from_secs_f64(scanned.units / f64::from(pace.read_units));
        sleep(least.saturating_sub(began.elapsed())).await;
    }
    bar.finish_and_clear();
    Ok(report)
}
