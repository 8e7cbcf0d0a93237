//! `cargo xtask simulate`: builds the simulation and runs it.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
use crate::machine::{command, interrupt};
use crate::tools::cargo::cargo;

/// The program parses its arguments itself: it knows the scenarios.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// What to simulate; `--help` lists the options and the scenarios
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Returns the program's exit code: 1 if a safety rule is broken.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    interrupt::handle_signals()?;
    let checkout = Checkout::find()?;
    let status = command::run_to_end(program(&checkout).arg("--").args(&options.arguments))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The command that builds and runs the simulation.
fn program(checkout: &Checkout) -> Command {
    cargo(checkout, "run --profile simulation --package simulation --bin simulate")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn every_argument_is_for_the_program() {
        for arguments in [&["--seed", "7", "--trace"][..], &["--help"], &["-h", "--", "--seed"], &[]] {
            let all = ["simulate"].iter().chain(arguments);
            assert_eq!(CommandLine::parse_from(all).options.arguments, arguments);
        }
    }
}
