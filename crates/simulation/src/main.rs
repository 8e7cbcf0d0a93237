//! Runs scenarios and checks what happened: `simulate [--scenario S] [--seed N] [--seeds N] [--writes N] [--trace]`.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use simulation::checker::{check, describe};
use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

/// How many violations of each rule are printed.
const EXAMPLES: usize = 3;

struct Options {
    scenario: String,
    seed: u64,
    seeds: u64,
    writes: u32,
    trace: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options =
            Self { scenario: "random".to_owned(), seed: 1, seeds: 1, writes: 300, trace: false };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{name} needs a value"));
            match name.as_str() {
                "--scenario" => options.scenario = value()?,
                "--seed" => options.seed = value()?.parse()?,
                "--seeds" => options.seeds = value()?.parse()?,
                "--writes" => options.writes = value()?.parse()?,
                "--trace" => options.trace = true,
                _ => bail!("{name} is not an option"),
            }
        }
        Ok(options)
    }
}

fn main() -> Result<ExitCode> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut failed = false;
    for seed in options.seed..options.seed + options.seeds {
        failed |= !simulate(&options, seed)?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs one seed and prints what it found. Returns whether everything about safety holds.
fn simulate(options: &Options, seed: u64) -> Result<bool> {
    let scenario = Scenario::named(&options.scenario, seed, Some(options.writes))
        .with_context(|| format!("{} is not a scenario", options.scenario))?;
    let started = Instant::now();
    let trace = if options.trace { Trace::with_lines() } else { Trace::default() };
    let run = run(&scenario, seed, trace, &mut |_| {})?;
    if options.trace {
        print!("{}", run.trace.lines());
    }
    let violations = check(&run.history, &run.metrics, &run.state, &scenario.limits);
    let faults: u64 = run.metrics.faults.values().sum();
    println!(
        "{} seed {seed}: {} operations, {faults} faults, {:.0} s in {:.1} s, trace {:016x}, {} violations",
        scenario.name,
        run.history.operations.len(),
        run.length.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        run.trace.digest(),
        violations.len(),
    );
    print!("{}", describe(&violations, EXAMPLES));
    print!("{}", simulation::report::Report::new(&run.history, &run.metrics, &run.state, &violations));
    Ok(!violations.iter().any(|violation| violation.rule.is_safety()))
}
