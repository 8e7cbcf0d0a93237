//! `cargo xtask simulate`: runs scenarios, and prints or writes what happened.

mod options;
mod progress;
mod scale;
mod threads;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use mimalloc::MiMalloc;
use simulation::plot::plot;
use simulation::report::{RunOutcome, Seeds};
use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

use options::Options;
use progress::Display;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A run that is over.
struct Done {
    scenario: Scenario,
    outcome: RunOutcome,
    /// The lines of the trace, if they are wanted.
    trace: String,
    /// The plot as SVG, if it is wanted.
    plot: String,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let runs = options.runs();
    let display = Display::new(runs.len());
    let (mut all, mut failed) = (Vec::new(), 0_usize);
    let work = |position: usize| {
        let (scenario, seed) = runs.get(position).context("no such run")?;
        simulate(&options, &display, position, scenario, *seed)
    };
    threads::on_all_cores(runs.len(), work, |position, result| {
        display.end(position);
        match result {
            Ok(done) => {
                print(&options, &done, runs.len() == 1);
                all.push((position, done));
            }
            Err(error) => {
                failed += 1;
                let command = runs.get(position).map(|(name, seed)| options.command(name, *seed));
                eprintln!("error: {error:#}\n  {}", command.unwrap_or_default());
            }
        }
    });
    all.sort_by_key(|(position, _)| *position);
    let all: Vec<Done> = all.into_iter().map(|(_, done)| done).collect();
    for name in options.scenarios() {
        let of_scenario: Vec<&Done> = all.iter().filter(|done| done.outcome.scenario == name).collect();
        summarize(&options, &display, &name, &of_scenario)?;
    }
    if failed > 0 {
        bail!("{failed} of {} runs failed", runs.len());
    }
    let is_safe = all.iter().all(|done| done.outcome.is_safe());
    Ok(if is_safe { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a scenario with a seed, and judges what happened.
fn simulate(options: &Options, display: &Display, position: usize, name: &str, seed: u64) -> Result<Done> {
    let scenario = Scenario::named(name, seed, options.writes).context("no such scenario")?;
    let trace = if options.trace { Trace::with_lines() } else { Trace::default() };
    let started = Instant::now();
    let run = run(&scenario, seed, trace, &mut |progress| display.update(position, progress))?;
    let outcome = RunOutcome::of(&run, &scenario, seed, started.elapsed());
    let plots = options.write && !options.has_seeds();
    let plot = if plots { plot(scenario.name, &run.metrics)? } else { String::new() };
    Ok(Done { outcome, trace: run.trace.lines(), plot, scenario })
}

/// Prints a run: its line; its table, if it is the only one; what broke a rule of safety, and how to repeat that.
fn print(options: &Options, done: &Done, is_only_one: bool) {
    let Done { outcome, trace, .. } = done;
    print!("{trace}");
    println!("{outcome}");
    if is_only_one {
        print!("\n{}\n{}", outcome.report, outcome.liveness);
    }
    if !outcome.is_safe() {
        println!("{}  {}", outcome.safety, options.command(&outcome.scenario, outcome.seed));
    }
}

/// Prints what several seeds found together, and writes what is to be written.
fn summarize(options: &Options, display: &Display, name: &str, all: &[&Done]) -> Result<()> {
    let Some(Done { scenario, outcome, plot, .. }) = all.first() else { return Ok(()) };
    let command = options.command_of_all(name);
    if options.has_seeds() {
        let outcomes: Vec<&RunOutcome> = all.iter().map(|done| &done.outcome).collect();
        let seeds = Seeds::of(outcomes.iter().copied(), display.elapsed());
        print!("\n{name}\n\n{seeds}");
        if options.write {
            scale::write_seeds(scenario, &command, &seeds, &outcomes)?;
        }
    } else if options.write {
        scale::write_run(scenario, &command, outcome, plot)?;
    }
    Ok(())
}
