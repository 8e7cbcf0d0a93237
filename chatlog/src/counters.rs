//! `chatlog counters`

mod audit;
mod report;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::pace::Pace;
use audit::Mode;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compares the counters with all rows. Fails if any would give out a number or a revision that a row has
    Verify(Pace),
    /// Raises the counters that are behind the rows, creates those that are lost, and closes those of what is deleted. It lowers none,
    /// so it is safe while the functions run, and may be run again
    Repair(Repair),
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    #[command(flatten)]
    pace: Pace,
    /// Says what would be changed, and changes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(deployment: &Deployment, command: Command, output: Output) -> Result<()> {
    match command {
        Command::Verify(pace) => {
            let report = audit::run(deployment, &pace, Mode::Verify).await?;
            output.print(&report)?;
            match report.counters() {
                0 => Ok(()),
                count => {
                    bail!("{count} counters contradict the rows: `chatlog counters repair` corrects them")
                }
            }
        }
        Command::Repair(Repair { pace, dry_run }) => {
            let mode = if dry_run { Mode::DryRun } else { Mode::Repair };
            output.print(&audit::run(deployment, &pace, mode).await?)
        }
    }
}
