//! The processor time of a warm request.

use std::time::Duration;

use anyhow::{Context, Result};
use simulated_aws::Stubs;

use crate::deployment::{Deployment, FULL_BATCH};
use crate::events::{APPLICATIONS, Target, request};
use crate::function::Function;
use crate::report::{Budget, Section, Table};
use crate::shipped::{HELLO_WORLD, Shipped};
use crate::statistics::{median, microseconds};
use crate::workloads::{self, Workload};

const SLICES: usize = 20;
/// Requests in a slice.
const SLICE: usize = 100;
/// Batches in a slice: each does the work of ten requests.
const BATCH_SLICE: usize = SLICE / FULL_BATCH;
const MAX_CPU: Duration = Duration::from_micros(150);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let mut table =
        Table::new(&["function", "request", "AWS calls", "CPU, µs", "hello-world, µs", "difference, µs"]);
    let mut budgets = Vec::new();
    let stubs = Stubs::start(&shipped.template, |_| Duration::ZERO)?;
    for workload in workloads::all(&mut Deployment::new(shipped, &stubs), (SLICES + 1) * SLICE)? {
        let CpuPerRequest { calls, cpu, hello } = spent(shipped, &stubs, &workload)?;
        let difference = cpu.saturating_sub(hello);
        table.row([
            workload.function.to_owned(),
            workload.what.to_owned(),
            calls.to_string(),
            microseconds(cpu),
            microseconds(hello),
            microseconds(difference),
        ]);
        if workload.what == "POST a message" {
            let what = "CPU of a warm create-message over a hello-world, the SDK included";
            let measured = format!("{} µs", microseconds(difference));
            budgets.push(Budget::new(what, "150 µs", measured, difference <= MAX_CPU));
        }
    }
    Ok(Section {
        title: "CPU per warm request",
        command: "cpu",
        document: None,
        method: format!(
            "{requests} requests each ({batches} full batches for persist and reindex) after {SLICE} to warm up, in \
             {SLICES} slices in turns with the hello-world, which gets the same events; medians. *CPU* is the whole time of \
             the process on a processor, in user code and in the kernel: runtime, parsing, log line, and what the AWS SDK \
             does to build, sign, send and read its calls. A tenant's request verifies its token (an HMAC-SHA256); \
             the token's version is remembered, so no call reads it. The stubs reply at once, in another process.",
            requests = SLICES * SLICE,
            batches = SLICES * BATCH_SLICE,
        ),
        body: table.to_string(),
        budgets,
    })
}

/// Medians per request.
struct CpuPerRequest {
    /// Of the last request.
    calls: usize,
    cpu: Duration,
    hello: Duration,
}

fn spent(shipped: &Shipped, stubs: &Stubs, workload: &Workload) -> Result<CpuPerRequest> {
    let mut function = Function::start(shipped, workload.function, stubs)?;
    let mut hello = Function::start(shipped, HELLO_WORLD, stubs)?;
    let slice = if workload.is_batch() { BATCH_SLICE } else { SLICE };
    let mut events = workload.events.iter().cycle();
    // The hello-world reads only what API Gateway sends.
    let same = match workload.events.first() {
        Some(event) if !workload.is_batch() => event.clone(),
        _ => request("GET", APPLICATIONS, &Target::default(), None).to_string(),
    };
    let (mut cpu, mut hello_cpu, mut calls) = (Vec::new(), Vec::new(), 0);
    for round in 0..=SLICES {
        let ours = per_request(&mut function, slice, |function| {
            drop(stubs.recording.take());
            workload.check(&function.invoke(events.next().context("no events")?)?.0)?;
            calls = stubs.recording.take().len();
            Ok(())
        })?;
        let theirs = per_request(&mut hello, SLICE, |hello| hello.invoke(&same).map(|_| ()))?;
        if round > 0 {
            cpu.push(ours);
            hello_cpu.push(theirs);
        }
    }
    Ok(CpuPerRequest { calls, cpu: median(&cpu), hello: median(&hello_cpu) })
}

/// The processor time of each of `count` requests.
fn per_request(
    function: &mut Function,
    count: usize,
    mut request: impl FnMut(&mut Function) -> Result<()>,
) -> Result<Duration> {
    function.wait_until_idle()?;
    let before = function.cpu_time()?;
    for _ in 0..count {
        request(function)?;
    }
    function.wait_until_idle()?;
    let after = function.cpu_time()?;
    Ok(after.saturating_sub(before) / u32::try_from(count)?)
}
