//! The AWS calls of each function before it responds: in what order, and at what cost.

mod batches;
mod changes;
mod keyed;
mod not_found;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use simulated_aws::{Stubs, Units};

use crate::calls::Calls;
use crate::deployment::Deployment;
use crate::events::response;
use crate::report::{Budget, Section};
use crate::shipped::Shipped;
use crate::workloads;

/// Long enough for calls that are made at once to overlap.
const CALL_LATENCY: Duration = Duration::from_millis(30);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, |_| CALL_LATENCY)?;
    let mut deployment = Deployment::new(shipped, &stubs);
    let mut report = Report::default();
    requests(&mut deployment, &mut report)?;
    not_found::measure(&mut deployment, &mut report)?;
    keyed::measure(&mut deployment, &mut report)?;
    batches::measure(&mut deployment, &mut report)?;
    changes::measure(&mut deployment, &mut report)?;
    Ok(Section {
        title: "AWS calls and request units",
        command: "calls",
        method: format!(
            "The shipped programs with DynamoDB, SQS and OpenSearch simulated on loopback (ADR 12). Each line is a round; the \
             services hold every call for {} ms, and calls that overlap are one round. Units are those of DynamoDB: one \
             write unit per KiB, rounded up, of the larger item (before or after); as much for a failed condition, twice as \
             much in a transaction, and what an index takes.",
            CALL_LATENCY.as_millis()
        ),
        body: report.cases.into_values().collect::<Vec<_>>().join("\n"),
        budgets: report.budgets,
    })
}

/// What the measurement found so far.
#[derive(Default)]
struct Report {
    /// By function.
    cases: BTreeMap<&'static str, String>,
    budgets: Vec<Budget>,
    /// Of create-message.
    units_of_number: f64,
}

impl Report {
    fn case(&mut self, function: &'static str, what: &str, outcome: &str, calls: &Calls) -> Result<()> {
        let cases = self.cases.entry(function).or_insert_with(|| format!("## {function}\n"));
        let Units { write, read } = calls.units();
        write!(cases, "\n**{what}**: {outcome}")?;
        for (kind, units) in [("write", write), ("read", read)] {
            if units > 0.0 {
                write!(cases, ", {kind} units {units}")?;
            }
        }
        let lines = if calls.0.is_empty() { vec!["no calls".to_owned()] } else { calls.lines() };
        Ok(writeln!(cases, "\n\n- {}", lines.join("\n- "))?)
    }

    fn budget(&mut self, what: &'static str, at_most: &'static str, measured: String, kept: bool) {
        self.budgets.push(Budget::new(what, at_most, measured, kept));
    }

    /// Has a function respond to a request.
    fn request(
        &mut self,
        deployment: &mut Deployment<'_>,
        function: &'static str,
        what: &str,
        event: &str,
    ) -> Result<Calls> {
        let (text, calls) = deployment.invoke(function, event)?;
        self.case(function, what, &response(&text)?.0.to_string(), &calls)?;
        Ok(calls)
    }

    /// That a request makes at most so many calls, in rounds of at most this form.
    fn calls_budget(&mut self, what: &'static str, at_most: &'static str, found: &[usize], budget: &[usize]) {
        let measured = format!("{} in {}", found.iter().sum::<usize>(), rounds(found.len()));
        let kept = found.len() <= budget.len() && found.iter().zip(budget).all(|(found, most)| found <= most);
        self.budget(what, at_most, measured, kept);
    }
}

fn rounds(count: usize) -> String {
    if count == 1 { "1 round".to_owned() } else { format!("{count} rounds") }
}

fn requests(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let mut reading = Vec::new();
    for workload in workloads::requests(deployment)? {
        let Some(event) = workload.events.first() else { continue };
        let calls = report.request(deployment, workload.function, workload.what, event)?;
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
