use std::time::Duration;

use anyhow::{Context, Result};
use simulated_aws::{Service, Stubs, Units};

use crate::calls::Calls;
use crate::function::Function;
use crate::shipped::Shipped;
use crate::statistics::median;
use crate::workloads::Workload;

/// A function with so much memory has a processor of its own, and with less, less of it. Source: "Configure Lambda function
/// memory" in the AWS Lambda developer guide.
const MIB_OF_A_PROCESSOR: f64 = 1769.0;

/// What CloudWatch adds to each line. Source: `PutLogEvents` in the Amazon CloudWatch Logs API reference, which counts it in
/// the size of a batch.
pub(super) const BYTES_BESIDE_LINE: usize = 26;

/// What an invocation takes: means, and the median of the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invocation {
    pub(super) write_units: f64,
    pub(super) read_units: f64,
    /// Calls to SQS that the function makes itself.
    pub(super) queue_calls: f64,
    /// As Lambda bills it.
    pub(super) milliseconds: f64,
    pub(super) memory_mib: f64,
    pub(super) log_bytes: f64,
}

impl Invocation {
    pub(super) fn gb_seconds(&self) -> f64 {
        self.milliseconds / 1e3 * self.memory_mib / 1024.0
    }
}

/// Measures all events of a workload but the first, which connects and reads the version of the token.
pub(super) fn measure(shipped: &Shipped, stubs: &Stubs, workload: &Workload) -> Result<Invocation> {
    let description = shipped.template.function(workload.function).context("no such function")?;
    let memory_mib = f64::from(description.memory_mib);
    let (first, rest) = workload.events.split_first().context("no events")?;
    let mut function = Function::start(shipped, workload.function, stubs)?;
    workload.check(&function.invoke(first)?.0)?;
    function.wait_until_idle()?;
    drop(stubs.recording.take());
    let mut times = Vec::new();
    for event in rest {
        let before = function.cpu_time()?;
        let (response, took) = function.invoke(event)?;
        workload.check(&response)?;
        function.wait_until_idle()?;
        times.push(on_lambda(took, function.cpu_time()?.saturating_sub(before), memory_mib));
    }
    let calls = Calls(stubs.recording.take());
    let queue_calls = calls.0.iter().filter(|recorded| recorded.call.service == Service::Sqs).count();
    let Units { write, read } = calls.units();
    let log = function.finish()?;
    let mean = |sum: f64| -> Result<f64> { Ok(sum / float(rest.len())?) };
    Ok(Invocation {
        write_units: mean(write)?,
        read_units: mean(read)?,
        queue_calls: mean(float(queue_calls)?)?,
        milliseconds: (median(&times).as_secs_f64() * 1e3).ceil(),
        memory_mib,
        // The first invocation logs as much as the others.
        log_bytes: float(log.bytes + log.lines * BYTES_BESIDE_LINE)? / float(workload.events.len())?,
    })
}

/// The time of an invocation on the share of a processor that its memory brings.
fn on_lambda(took: Duration, cpu: Duration, memory_mib: f64) -> Duration {
    took + cpu.mul_f64((MIB_OF_A_PROCESSOR / memory_mib - 1.0).max(0.0))
}

pub(super) fn float(count: usize) -> Result<f64> {
    Ok(f64::from(u32::try_from(count)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_memory_makes_the_processor_slower_and_calls_not() {
        let (took, cpu) = (Duration::from_millis(10), Duration::from_millis(1));
        assert_eq!(on_lambda(took, cpu, 1769.0 / 4.0), Duration::from_millis(13));
        assert_eq!(on_lambda(took, cpu, 10_240.0), took);
    }

    #[test]
    fn gb_seconds_are_memory_times_time() {
        let invocation = Invocation {
            write_units: 0.0,
            read_units: 0.0,
            queue_calls: 0.0,
            milliseconds: 20.0,
            memory_mib: 512.0,
            log_bytes: 0.0,
        };
        assert!((invocation.gb_seconds() - 0.01).abs() < 1e-12);
    }
}
