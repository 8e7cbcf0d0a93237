//! The machine that a measurement is made on.

use std::process::Command;

use anyhow::{Context, Result};
use procfs::{CpuInfo, Current, LoadAverage, Meminfo};

/// A sentence about the machine, and one about what else it does.
pub(crate) fn description() -> Result<String> {
    let processors = CpuInfo::current()?;
    let load = LoadAverage::current()?;
    Ok(format!(
        "Measured on {cores} cores ({model}, {architecture}), {memory} GiB of memory, Linux {kernel}, {rustc}.\n\
         The load average was {now} before the measurement ({earlier} over 15 minutes).",
        cores = processors.num_cores(),
        model = processors.model_name(0).unwrap_or("unknown"),
        architecture = std::env::consts::ARCH,
        memory = Meminfo::current()?.mem_total.div_ceil(1 << 30),
        kernel = output_of("uname", "-r")?,
        rustc = output_of("rustc", "--version")?,
        now = load.one,
        earlier = load.fifteen,
    ))
}

fn output_of(program: &str, argument: &str) -> Result<String> {
    let output =
        Command::new(program).arg(argument).output().with_context(|| format!("cannot run {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
