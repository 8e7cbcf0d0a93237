//! `chatlog dead-letters`

mod drop;
mod list;
mod queues;
mod record;
mod redrive;
mod show;

use anyhow::Result;
use clap::Subcommand;

use crate::arguments::Output;
use crate::deployment::Deployment;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the records that could not be applied, without the texts of messages
    List(list::Options),
    /// Shows one record
    Show(show::Options),
    /// Moves records back to the queue that they came from, after the cause is gone. A record takes effect once, however often it comes
    Redrive(redrive::Options),
    /// Removes records for ever: what clients were promised never happens
    Drop(drop::Options),
}

pub(crate) async fn run(deployment: &Deployment, command: Command, output: Output) -> Result<()> {
    match command {
        Command::List(options) => list::run(deployment, &options, output).await,
        Command::Show(options) => show::run(deployment, &options, output).await,
        Command::Redrive(options) => redrive::run(deployment, &options, output).await,
        Command::Drop(options) => drop::run(deployment, &options, output).await,
    }
}
