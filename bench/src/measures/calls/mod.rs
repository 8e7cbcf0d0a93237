//! The AWS calls of each function before it responds: in what order, and at what cost.

mod batches;
mod changes;
mod keyed;
mod not_found;
mod refused;
mod report;

use std::time::Duration;

use anyhow::Result;
use simulated_aws::Stubs;

use crate::deployment::Deployment;
use crate::report::Section;
use crate::shipped::Shipped;
use crate::workloads;
use report::Report;

/// Long enough for calls that are made at once to overlap.
const CALL_LATENCY: Duration = Duration::from_millis(30);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, |_| CALL_LATENCY)?;
    let mut deployment = Deployment::new(shipped, &stubs);
    let mut report = Report::default();
    requests(&mut deployment, &mut report)?;
    not_found::measure(&mut deployment, &mut report)?;
    refused::measure(&mut deployment, &mut report)?;
    keyed::measure(&mut deployment, &mut report)?;
    report.cold_budget();
    batches::measure(&mut deployment, &mut report)?;
    changes::measure(&mut deployment, &mut report)?;
    Ok(Section {
        title: "AWS calls and request units",
        command: "calls",
        document: Some("calls.md"),
        method: format!(
            "The shipped programs with DynamoDB, SQS and OpenSearch simulated on loopback (ADR 12). Each line is a round; the \
             services hold every call for {} ms, and calls that overlap are one round. Units are those of DynamoDB: one \
             write unit per KiB, rounded up, of the larger item (before or after); as much for a failed condition, twice as \
             much in a transaction, and what an index takes.\n\n\
             Each request was sent twice to a new process. The first time, *cold*, the process does not know the version of \
             the application's token and reads it. Then it remembers the version for 30 s (ADR 13). A request has a cold \
             entry only if that makes a difference.",
            CALL_LATENCY.as_millis()
        ),
        body: report.cases.into_values().collect::<Vec<_>>().join("\n"),
        budgets: report.budgets,
    })
}

fn requests(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let mut reading = Vec::new();
    for workload in workloads::requests(deployment)? {
        let Some(event) = workload.events.first() else { continue };
        let calls = report.request(deployment, workload.function, workload.what, [event, event])?;
        let found: Vec<usize> = calls.rounds().iter().map(Vec::len).collect();
        match workload.function {
            "create-message" => {
                report.units_of_number = calls.units().write;
                report.calls_budget("AWS calls of create-message", "2 in sequence", &found, &[1, 1]);
            }
            "create-chat" => {
                report.calls_budget("AWS calls of create-chat", "3, two at once", &found, &[1, 2]);
            }
            "read" | "search" => reading = reading.max(found),
            _ => {}
        }
    }
    report.calls_budget("AWS calls of read and search, something found", "2 at once", &reading, &[2]);
    Ok(())
}
