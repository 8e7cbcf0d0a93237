//! Measures the budgets of the design on the programs that ship, with stubs for Lambda and AWS on loopback.
//!
//! No test asserts a time, because times depend on the machine: this is run by hand.

mod calls;
mod deployment;
mod events;
mod function;
mod load;
mod machine;
mod measures;
mod report;
mod shipped;
mod statistics;
mod workloads;

use std::fs;

use anyhow::{Result, bail};

use report::{Section, budgets};
use shipped::{Shipped, root};

const USAGE: &str = "\
usage: bench calls | cost | sizes | cold-start | cpu | memory | drain | all | load
--write              write docs/calls.md (calls, all), docs/cost.md (cost, all) and docs/measurements.md (all)
--programs <folder>  measure the programs in this folder instead of building them";

const PREFACE: &str = "\
# Measurements

`cargo run --release -p bench -- all --write` measures the programs that ship against the budgets of the design and
writes this file, [calls.md](calls.md) and [cost.md](cost.md). Each section has a command of its own. No test asserts a time.
[ADR 22](adr/0022-missed-budgets.md) says why some are missed. [local-stack.md](local-stack.md) has the times of the local stack.";

type Measure = fn(&Shipped) -> Result<Section>;

const MEASURES: [(&str, Measure); 7] = [
    ("calls", measures::calls::measure),
    ("cost", measures::cost::measure),
    ("sizes", measures::sizes::measure),
    ("cold-start", measures::cold_start::measure),
    ("cpu", measures::cpu::measure),
    ("memory", measures::memory::measure),
    ("drain", measures::drain::measure),
];

fn main() -> Result<()> {
    let (mut command, mut programs, mut write) = (String::new(), None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => write = true,
            "--programs" => programs = arguments.next(),
            _ => command = argument,
        }
    }
    if command == "load" {
        println!("{}\n\n{}", machine::description()?, load::measure()?);
        return Ok(());
    }
    let chosen = MEASURES.iter().filter(|(name, _)| command == "all" || command == *name);
    let chosen: Vec<Measure> = chosen.map(|(_, measure)| *measure).collect();
    if chosen.is_empty() || write && !matches!(command.as_str(), "calls" | "cost" | "all") {
        bail!("{USAGE}");
    }
    let shipped = match programs {
        Some(folder) => Shipped::in_folder(folder.into())?,
        None => Shipped::build()?,
    };
    let machine = machine::description()?;
    let sections = chosen.iter().map(|measure| measure(&shipped)).collect::<Result<Vec<_>>>()?;
    if write {
        write_documents(&machine, &sections)
    } else {
        println!("{machine}\n\n{}", budgets(&sections));
        for section in &sections {
            println!("{section}");
        }
        Ok(())
    }
}

/// A section with a document of its own goes there, the others into `measurements.md`.
fn write_documents(machine: &str, sections: &[Section]) -> Result<()> {
    let documents = root().join("docs");
    let mut rest = Vec::new();
    for section in sections {
        match section.document {
            Some(document) => fs::write(documents.join(document), format!("{section:#}"))?,
            None => rest.push(section.to_string()),
        }
    }
    if !rest.is_empty() {
        let text = format!("{PREFACE}\n\n{machine}\n\n{}\n{}", budgets(sections), rest.join("\n"));
        fs::write(documents.join("measurements.md"), text)?;
    }
    Ok(())
}
