//! Measures the budgets of the design on the programs that ship, with stubs for Lambda and AWS on loopback.
//! Nothing here is asserted by a test: times depend on the machine.

mod api_client;
mod aws;
mod ensemble;
mod environment;
mod events;
mod function;
mod http;
mod machine;
mod measures;
mod numbers;
mod opensearch;
mod process;
mod recording;
mod report;
mod runtime_api;
mod shipped;
mod workloads;
mod world;

use anyhow::{Result, bail};

use measures::{calls, cold_start, cpu, load, memory, sizes};
use report::{Section, summary};
use shipped::Shipped;

const USAGE: &str =
    "calls | sizes | cold-start | cpu | memory | all (these, as docs/measurements.md has them) | load";

const PREFACE: &str = "\
    The budgets of the design, measured on the programs that ship by `cargo run --release -p bench -- all`, which prints \
    this page up to the local stack; what follows there is from `load` and from the commands named. Each section has a \
    command of its own. No test asserts a time: this is run by hand, and again where a change may have moved a figure.";

type Measure = fn(&Shipped) -> Result<Section>;

const MEASURES: [(&str, Measure); 5] = [
    ("calls", calls::measure),
    ("sizes", sizes::measure),
    ("cold-start", cold_start::measure),
    ("cpu", cpu::measure),
    ("memory", memory::measure),
];

fn main() -> Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    if wanted == "load" {
        println!("{}\n", machine::description());
        print!("{}", load::measure()?);
        return Ok(());
    }
    let chosen: Vec<Measure> = MEASURES
        .iter()
        .filter(|(name, _)| wanted == "all" || wanted == *name)
        .map(|(_, measure)| *measure)
        .collect();
    if chosen.is_empty() {
        bail!("say what to measure: {USAGE}");
    }
    let shipped = Shipped::build()?;
    let machine = machine::description();
    let mut sections = Vec::new();
    for measure in chosen {
        sections.push(measure(&shipped)?);
    }
    if wanted == "all" {
        println!("# Measurements\n\n{PREFACE}\n");
    }
    println!("{machine}\n");
    println!("{}", summary(sections.iter().flat_map(|section| &section.verdicts)));
    for section in &sections {
        println!("{section}");
    }
    Ok(())
}
