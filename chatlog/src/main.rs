//! `chatlog`, the operator's command. It finds a deployment by the name of its stack, shows its state and repairs it.
//!
//! Results are tables, or JSON with `--json`; progress is shown on standard error.

mod application;
mod arguments;
mod counters;
mod dead_letters;
mod deployment;
mod follow;
mod idempotency_keys;
mod index;
mod output;
mod pace;
mod status;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use arguments::{Arguments, Command};
use deployment::Deployment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let deployment = Deployment::find(&arguments.stack, arguments.region, arguments.profile).await?;
    let output = arguments.output;
    match arguments.command {
        Command::Application { command } => application::run(&deployment, command, output).await,
        Command::Counters { command } => counters::run(&deployment, command, output).await,
        Command::DeadLetters { command } => dead_letters::run(&deployment, command, output).await,
        Command::Follow(options) => follow::run(&deployment, &options, output).await,
        Command::IdempotencyKeys { command } => idempotency_keys::run(&deployment, command, output).await,
        Command::Index { command } => index::run(&deployment, command, output).await,
        Command::Status => status::run(&deployment, output).await,
    }
}
