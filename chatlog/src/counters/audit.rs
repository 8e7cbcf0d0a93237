use anyhow::{Context, Result};
use tokio::time::Instant;

use super::report::Report;
use crate::deployment::Deployment;
use crate::output::progress;
use crate::pace::Pace;

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
    loop {
        let began = Instant::now();
        let scanned = scan.next_page(pace.limit()).await;
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
        pace.wait(began, scanned.units).await;
    }
    bar.finish_and_clear();
    Ok(report)
}
