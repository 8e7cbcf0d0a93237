//! `chatlog index`

mod drop;
mod rebuild;
pub(crate) mod status;
mod switch;

use anyhow::Result;
use clap::Subcommand;
use conversation::IndexGeneration;

use crate::arguments::Output;
use crate::deployment::Deployment;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the indexes, which one is used, and the progress of a rebuild
    Status,
    /// Fills a new index from the tables while writes go on. Run it again to continue after an interruption
    Rebuild(rebuild::Options),
    /// Lets searches use the index that a rebuild has filled, in one step
    Switch(switch::Options),
    /// Deletes an index that is not used. An unfinished rebuild into it ends
    Drop(drop::Options),
}

pub(crate) async fn run(deployment: &Deployment, command: Command, output: Output) -> Result<()> {
    match command {
        Command::Status => status::run(deployment, output).await,
        Command::Rebuild(options) => rebuild::run(deployment, &options, output).await,
        Command::Switch(options) => switch::run(deployment, &options, output).await,
        Command::Drop(options) => drop::run(deployment, &options, output).await,
    }
}

/// Parses the number of an index: `2` or `v2`.
fn generation(text: &str) -> Result<IndexGeneration, String> {
    let number = text.strip_prefix('v').unwrap_or(text).parse().ok();
    number.and_then(IndexGeneration::new).ok_or_else(|| "not the number of an index, such as 2".to_owned())
}
