//! `cargo xtask`: the local stack and the tests, one command each.

mod addresses;
mod cargo;
mod checkout;
mod cloudformation;
mod command;
mod deploy;
mod down;
mod engine;
#[cfg(test)]
mod features;
mod fingerprint;
mod functions;
mod half_deployed;
mod http;
mod interrupt;
mod java;
mod lock;
mod logs;
mod ministack;
mod node;
mod opensearch;
mod opensearch_jars;
mod port_holder;
mod ports;
mod prerequisites;
mod process_table;
mod progress;
mod python;
mod readiness;
mod stack;
mod stack_home;
mod tiers;
mod toolbox;
mod up;

use std::process::ExitCode;

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
    /// Build, start and deploy the whole system on this machine; safe to run again at any time.
    Up(up::Options),
    /// End what `up` started, and nothing else.
    Down(down::Options),
    /// Follow the functions' logs.
    Logs(logs::Options),
    /// Run the tests: all tiers, or those named.
    Test(tiers::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(options) => up::run(&options),
        Command::Down(options) => down::run(&options),
        Command::Logs(options) => logs::run(&options),
        Command::Test(options) => tiers::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
