//! The time from the start of a process until it asks for its first event.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use simulated_aws::Stubs;

use crate::deployment::{Deployment, FULL_BATCH};
use crate::function::Function;
use crate::report::{Budget, Section, Table};
use crate::shipped::{HELLO_WORLD, Shipped};
use crate::statistics::{median, milliseconds, percentile};
use crate::workloads;

const ROUNDS: usize = 40;
const MAX_DELAY: Duration = Duration::from_millis(10);

/// The samples of one function.
#[derive(Default)]
struct Times {
    start: Vec<Duration>,
    first_request: Vec<Duration>,
}

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, |_| Duration::ZERO)?;
    let workloads = workloads::all(&mut Deployment::new(shipped, &stubs), (ROUNDS + 1) * FULL_BATCH)?;
    let mut times: BTreeMap<&str, Times> = BTreeMap::new();
    // Round by round, so that other load on the machine concerns all of them. The first round only brings the
    // programs into the page cache.
    for round in 0..=ROUNDS {
        for name in shipped.names() {
            let worker = if name == HELLO_WORLD { "read" } else { name };
            let workload = workloads.iter().find(|workload| workload.function == worker);
            let event = workload.and_then(|workload| workload.events.iter().cycle().nth(round));
            let mut function = Function::start(shipped, name, &stubs)?;
            let start = function.start_time()?;
            let response = event.map(|event| function.invoke(event)).transpose()?;
            if round > 0 {
                let times = times.entry(name).or_default();
                times.start.push(start);
                times.first_request.extend(response.map(|(_, took)| took));
            }
        }
    }
    let hello = times.get(HELLO_WORLD).map(|times| median(&times.start)).unwrap_or_default();
    let mut table =
        Table::new(&["function", "median, ms", "90 %, ms", "over hello-world, ms", "first request, ms"]);
    let mut slowest = (Duration::ZERO, "");
    for (name, Times { start, first_request }) in &times {
        let over = median(start).saturating_sub(hello);
        table.row([
            (*name).to_owned(),
            milliseconds(median(start)),
            milliseconds(percentile(start, 90)),
            milliseconds(over),
            milliseconds(median(first_request)),
        ]);
        slowest = slowest.max((over, name));
    }
    let (slowest, name) = slowest;
    let measured = format!("+ {} ms ({name})", milliseconds(slowest));
    Ok(Section {
        title: "Cold start",
        command: "cold-start",
        document: None,
        method: format!(
            "From the start of the process to its first `GET …/runtime/invocation/next`, {ROUNDS} times each, in turns with \
             a hello-world Lambda (`bench/hello-world`: the same runtime, Tokio and log). The programs are in the page \
             cache. Then the first request (median), which also connects to the stubs and reads the version of the \
             application's token. Lambda's own part, the sandbox and fetching the code, is not in it."
        ),
        body: table.to_string(),
        budgets: vec![Budget::new(
            "cold start over a hello-world, the slowest",
            "+ 10 ms",
            measured,
            slowest <= MAX_DELAY,
        )],
    })
}
