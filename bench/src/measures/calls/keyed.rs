//! What an `Idempotency-Key` costs a creation, and its repetition.

use anyhow::{Context, Result};

use super::Report;
use crate::ensemble::Ensemble;
use crate::events::status;
use crate::workloads::single_use;

pub(super) fn measure(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    for workload in single_use(ensemble, 1)? {
        let event = workload.events.first().context("no events")?;
        let mut times = vec![workload.what.to_owned()];
        if workload.function.starts_with("create-") {
            times.push(format!("{}, again", workload.what));
        }
        for what in times {
            let (answer, calls) = ensemble.ask(workload.function, event)?;
            report.row(workload.function, &what, &status(&answer)?.to_string(), &calls);
        }
    }
    Ok(())
}
