//! The calls of requests that do their work once, and of the repetition of those with an `Idempotency-Key`.

use anyhow::{Context, Result};

use super::Report;
use crate::deployment::Deployment;
use crate::workloads::single_use;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    for workload in single_use(deployment, 2)? {
        let events: Vec<&str> = workload.events.iter().map(String::as_str).collect();
        let events = events.try_into().ok().context("not two events")?;
        report.request(deployment, workload.function, workload.what, events)?;
        if workload.what.ends_with("with a key") {
            let again = format!("{}, again", workload.what);
            report.request(deployment, workload.function, &again, events)?;
        }
    }
    Ok(())
}
