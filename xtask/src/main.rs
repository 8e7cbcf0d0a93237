//! `cargo xtask`: the local stack and the tests, one command each.

mod checkout;
mod deployment;
mod down;
mod engine;
mod logs;
mod machine;
mod secrets;
mod simulate;
mod stack;
mod stack_folder;
mod test;
mod tiers;
mod tools;
mod up;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Chatlog's local stack and its tests.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build, start and deploy the whole system on this machine; safe to run again at any time
    Up(up::Options),
    /// Stop what `up` started
    Down(down::Options),
    /// Follow the functions' logs
    Logs(logs::Options),
    /// Run the tests: all tiers, or the named ones
    Test(test::Options),
    /// Run the functions in a simulated region, in virtual time
    Simulate(simulate::Options),
}

fn main() -> ExitCode {
    run(Arguments::parse().command).unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Up(options) => up::run(&options)?,
        Command::Down(options) => down::run(&options)?,
        Command::Logs(options) => logs::run(&options)?,
        Command::Test(options) => test::run(&options)?,
        Command::Simulate(options) => return simulate::run(&options),
    }
    Ok(ExitCode::SUCCESS)
}
