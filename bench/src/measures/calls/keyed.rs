//! The calls of a creation with an `Idempotency-Key`, and of its repetition.

use anyhow::{Context, Result};

use super::Report;
use crate::deployment::Deployment;
use crate::workloads::single_use;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    for workload in single_use(deployment, 1)? {
        let event = workload.events.first().context("no events")?;
        report.request(deployment, workload.function, workload.what, event)?;
        if workload.function.starts_with("create-") {
            let again = format!("{}, again", workload.what);
            report.request(deployment, workload.function, &again, event)?;
        }
    }
    Ok(())
}
