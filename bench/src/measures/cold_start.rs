//! How long a process takes until it asks for its first event.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::function::Function;
use crate::numbers::{median, milliseconds, percentile};
use crate::report::{Section, Table, Verdict};
use crate::shipped::{HELLO_WORLD, Shipped};
use crate::workloads;
use crate::world::World;

const ROUNDS: usize = 40;
const MOST: Duration = Duration::from_millis(20);

/// Of one function, a time a start.
#[derive(Default)]
struct Times {
    to_next: Vec<Duration>,
    first_request: Vec<Duration>,
}

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let world = World::new(Duration::ZERO)?;
    let mut ensemble = Ensemble::new(shipped, &world);
    let workloads = workloads::all(&mut ensemble, (ROUNDS + 1) * FULL_BATCH)?;
    drop(ensemble);
    let mut times: BTreeMap<&str, Times> = BTreeMap::new();
    // Round by round, so that whatever else the machine does falls on all of them alike. The first round only
    // brings the programs into memory.
    for round in 0..=ROUNDS {
        for name in [HELLO_WORLD].into_iter().chain(shipped.functions().iter().map(String::as_str)) {
            let wanted = if name == HELLO_WORLD { "read" } else { name };
            let own = workloads.iter().find(|workload| workload.function == wanted);
            let event = own.and_then(|workload| workload.events.iter().cycle().nth(round));
            let function = Function::start(shipped, name, &world)?;
            let to_next = function.start_time()?;
            let first_request =
                event.map(|event| function.invoke(event)).transpose()?.map(|answer| answer.took);
            if round > 0 {
                let times = times.entry(name).or_default();
                times.to_next.push(to_next);
                times.first_request.extend(first_request);
            }
        }
    }
    let hello = times.get(HELLO_WORLD).map(|times| median(&times.to_next)).unwrap_or_default();
    let mut table = Table::new(&[
        "function",
        "median, ms",
        "90th percentile, ms",
        "median over hello-world, ms",
        "then its first request, median, ms",
    ]);
    let (mut slowest, mut name_of_slowest) = (Duration::ZERO, "");
    for (name, Times { to_next, first_request }) in &times {
        let over = median(to_next).saturating_sub(hello);
        table.row([
            (*name).to_owned(),
            milliseconds(median(to_next)),
            milliseconds(percentile(to_next, 90)),
            if *name == HELLO_WORLD { "–".to_owned() } else { milliseconds(over) },
            if first_request.is_empty() { "–".to_owned() } else { milliseconds(median(first_request)) },
        ]);
        if over > slowest {
            (slowest, name_of_slowest) = (over, name);
        }
    }
    let verdict = Verdict {
        what: "cold start over a hello-world, the slowest".to_owned(),
        budget: format!("+ {} ms", milliseconds(MOST)),
        measured: format!("+ {} ms ({name_of_slowest})", milliseconds(slowest)),
        kept: slowest <= MOST,
    };
    Ok(Section {
        title: "Cold start",
        command: "cold-start",
        how: format!(
            "From starting the process to its first `GET …/runtime/invocation/next`, {ROUNDS} times each, in turns with \
             a hello-world Lambda (`bench/hello-world`: the same runtime, Tokio and log). The programs are in the page \
             cache. The first request's time is from handing out its event to having the answer, connecting to the stubs \
             included. What Lambda does before (the sandbox, fetching the code) is not in it."
        ),
        table,
        verdicts: vec![verdict],
    })
}
