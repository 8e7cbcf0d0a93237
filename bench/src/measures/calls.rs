//! Which AWS calls a function makes before it replies, in what order, and what they cost.

mod batches;
mod changes;
mod keyed;
mod nothing_found;

use std::time::Duration;

use anyhow::Result;

use crate::ensemble::Ensemble;
use crate::events::status;
use crate::recording::Calls;
use crate::report::{Section, Table, Verdict};
use crate::shipped::Shipped;
use crate::workloads;
use crate::world::World;

/// Long enough for calls that are made at once to be seen at once.
const HOLD: Duration = Duration::from_millis(30);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let world = World::new(HOLD)?;
    let mut ensemble = Ensemble::new(shipped, &world);
    let columns =
        ["function", "request", "answer", "AWS calls before the reply", "write units", "read units"];
    let mut report = Report { table: Table::new(&columns), verdicts: Vec::new() };
    requests(&mut ensemble, &mut report)?;
    nothing_found::measure(&mut ensemble, &mut report)?;
    keyed::measure(&mut ensemble, &mut report)?;
    let mut full = batches::measure(&mut ensemble, &mut report)?;
    full.extend(changes::measure(&mut ensemble, &mut report)?);
    batches::verdicts(&full, &mut report)?;
    Ok(Section {
        title: "AWS calls and write units",
        command: "calls",
        how: format!(
            "The shipped programs under a stub of the Lambda Runtime API, with DynamoDB, SQS and OpenSearch stubbed on \
             loopback. Every call is held for {} ms: calls that overlap there are made at once (`&`), others one after the \
             other (`then`). The DynamoDB stub keeps items, evaluates the expressions, and counts units from the items' \
             sizes: one for each KiB begun of the larger of the item before and after, as much for a refused condition, \
             twice that in a transaction, and the index of `applications` (all attributes) once for each write to it.",
            HOLD.as_millis()
        ),
        table: report.table,
        verdicts: report.verdicts,
    })
}

struct Report {
    table: Table,
    verdicts: Vec<Verdict>,
}

impl Report {
    fn row(&mut self, function: &str, what: &str, answer: &str, calls: &Calls) {
        let cost = calls.cost();
        let units = |units: f64| if units == 0.0 { "–".to_owned() } else { units.to_string() };
        self.table.row([
            function.to_owned(),
            what.to_owned(),
            answer.to_owned(),
            if calls.len() == 0 { "–".to_owned() } else { calls.story() },
            units(cost.write),
            units(cost.read),
        ]);
    }

    fn verdict(&mut self, what: &str, budget: &str, measured: String, kept: bool) {
        self.verdicts.push(Verdict { what: what.to_owned(), budget: budget.to_owned(), measured, kept });
    }
}

fn requests(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    let (mut reading, mut numbering) = (0, 0.0);
    for workload in workloads::requests(ensemble, 1)? {
        let Some(event) = workload.events.first() else { continue };
        let (answer, calls) = ensemble.ask(workload.function, event)?;
        report.row(workload.function, workload.what, &status(&answer)?.to_string(), &calls);
        let rounds: Vec<usize> = calls.rounds().iter().map(Vec::len).collect();
        let found = format!("{} in {} rounds", calls.len(), rounds.len());
        match workload.function {
            "create-message" => {
                report.verdict("calls of create-message", "2, in sequence", found, calls.len() <= 2);
                numbering = calls.cost().write;
            }
            "create-chat" => {
                report.verdict(
                    "calls of create-chat",
                    "3, two of them at once",
                    found,
                    calls.len() <= 3 && rounds == [1, 2],
                );
            }
            "read" | "search" => reading = reading.max(rounds.len() + usize::from(calls.len() > 2)),
            _ => {}
        }
    }
    report.verdict(
        "rounds of calls of read and search",
        "1 (2 where nothing is found)",
        format!("{reading}"),
        reading == 1,
    );
    report.verdict("write units of a message's number", "1", numbering.to_string(), numbering <= 1.0);
    Ok(())
}
