//! What a warm request costs in processor time.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::function::Function;
use crate::numbers::{median, microseconds};
use crate::report::{Section, Table, Verdict};
use crate::shipped::{HELLO_WORLD, Shipped};
use crate::workloads::{KINDS, Workload};
use crate::world::World;

const SLICES: usize = 20;
/// Requests in a slice, and before the first one.
const SLICE: usize = 100;
/// Batches in a slice: each does the work of ten requests.
const BATCH_SLICE: usize = SLICE / FULL_BATCH;
const MOST: Duration = Duration::from_micros(300);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let mut table = Table::new(&[
        "function",
        "request",
        "AWS calls",
        "CPU, µs",
        "of it hello-world's, µs",
        "ours with the SDK's, µs",
        "in the handler, µs",
        "of it waiting for the stubs, µs",
        "the rest, µs",
    ]);
    let (mut worst, mut name_of_worst) = (Duration::ZERO, "");
    for prepare in KINDS {
        for place in 0.. {
            // Each workload in a world of its own, or what one creates would be found by the next.
            let world = World::new(Duration::ZERO)?;
            let workloads = prepare(&mut Ensemble::new(shipped, &world), (SLICES + 1) * SLICE)?;
            let Some(workload) = workloads.get(place) else { break };
            let spent = spent(shipped, &world, workload)?;
            let ours = spent.ours();
            table.row(row(workload, &spent));
            if !workload.is_batch() && ours > worst {
                (worst, name_of_worst) = (ours, workload.what);
            }
        }
    }
    let verdict = Verdict {
        what: "our own time per warm request, the worst".to_owned(),
        budget: format!("{} ms", milliseconds(MOST)),
        measured: format!("{} ms of CPU, the SDK's included ({name_of_worst})", milliseconds(worst)),
        kept: worst <= MOST,
    };
    Ok(Section {
        title: "CPU per warm request",
        command: "cpu",
        how: format!(
            "{requests} requests each ({batches} full batches for persist and reindex) after {SLICE} to warm up, in {SLICES} slices in \
             turns with the hello-world, which gets the same events; medians. *CPU* is the process's whole time on a \
             processor, in user code and in the kernel, per request: the runtime, parsing and answering, the log line, and \
             all that the AWS SDK does to build, sign, send and read its calls; the stubs answer at once, in another process. \
             Less what the hello-world needs, it is ours with the SDK's, whose part goes with the number of calls: what needs \
             none has only ours. *In the handler* is the wall time that the function \
             logs, from which the time is taken that the stubs had a call (last byte in to first byte out); the rest still \
             holds the SDK's work and the way over loopback and back.",
            requests = SLICES * SLICE,
            batches = SLICES * BATCH_SLICE,
        ),
        table,
        verdicts: vec![verdict],
    })
}

fn row(workload: &Workload, spent: &Spent) -> [String; 9] {
    let wall =
        |duration: Duration| if spent.inside.is_zero() { "–".to_owned() } else { microseconds(duration) };
    [
        workload.function.to_owned(),
        workload.what.to_owned(),
        spent.calls.to_string(),
        microseconds(spent.cpu),
        microseconds(spent.hello),
        microseconds(spent.ours()),
        wall(spent.inside),
        wall(spent.held),
        wall(spent.inside.saturating_sub(spent.held)),
    ]
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1e3)
}

/// Medians per request.
struct Spent {
    /// Of the last request.
    calls: usize,
    cpu: Duration,
    hello: Duration,
    inside: Duration,
    held: Duration,
}

impl Spent {
    fn ours(&self) -> Duration {
        self.cpu.saturating_sub(self.hello)
    }
}

fn spent(shipped: &Shipped, world: &World, workload: &Workload) -> Result<Spent> {
    let function = Function::start(shipped, workload.function, world)?;
    let hello = Function::start(shipped, HELLO_WORLD, world)?;
    let slice = if workload.is_batch() { BATCH_SLICE } else { SLICE };
    let mut events = workload.events.iter().cycle();
    let same = request_for_hello(workload)?;
    let (mut cpu, mut hello_cpu, mut held, mut calls) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..=SLICES {
        let ours = per_request(&function, slice, || {
            world.recording.take();
            let answer = function.invoke(events.next().context("no events")?)?;
            workload.check(&answer.body)?;
            let made = world.recording.take();
            calls = made.len();
            held.push(made.held());
            Ok(())
        })?;
        let theirs = per_request(&hello, SLICE, || hello.invoke(&same).map(|_| ()))?;
        if round == 0 {
            held.clear();
        } else {
            cpu.push(ours);
            hello_cpu.push(theirs);
        }
    }
    let inside = function.end();
    let inside: Vec<Duration> = inside.into_iter().skip(slice).collect();
    Ok(Spent {
        calls,
        cpu: median(&cpu),
        hello: median(&hello_cpu),
        inside: median(&inside),
        held: median(&held),
    })
}

/// The hello-world reads only what API Gateway sends.
fn request_for_hello(workload: &Workload) -> Result<String> {
    if workload.is_batch() {
        return crate::events::request("GET /applications", &[], &[], None);
    }
    workload.events.first().cloned().context("no events")
}

/// The processor time per request of `count` requests.
fn per_request(
    function: &Function,
    count: usize,
    mut request: impl FnMut() -> Result<()>,
) -> Result<Duration> {
    function.rest()?;
    let before = function.process().cpu()?;
    for _ in 0..count {
        request()?;
    }
    function.rest()?;
    let after = function.process().cpu()?;
    Ok(after.saturating_sub(before) / u32::try_from(count)?)
}
