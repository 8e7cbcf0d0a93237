use anyhow::{Context, Result, bail};
use clap::Args;
use conversation::IndexGeneration;
use conversation::ports::ReadIndexState;
use dynamodb_tables::IndexStates;
use opensearch_index::{CHANGES_REACH_NEXT_INDEX, IndexSummary, Indexes};
use serde::Serialize;
use tokio::time::sleep;

use super::generation;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, say};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The number of the index, such as 1
    #[arg(value_parser = generation)]
    index: IndexGeneration,
    /// Says what would be deleted, and deletes nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Dropped {
    index: String,
    documents: u64,
    is_dry_run: bool,
}

impl Show for Dropped {
    fn show(&self) -> String {
        let Self { index, documents, is_dry_run } = self;
        let verb = if *is_dry_run { "Would delete" } else { "Deleted" };
        format!("{verb} {index} with {documents} documents.")
    }
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let (indexes, states) = (deployment.indexes()?, deployment.index_states()?);
    let (generation, name) = (options.index, indexes.name(options.index));
    // Read before the check: if a switch ends the rebuild in between, the check sees it.
    let rebuild = states.rebuild().await.context("could not read the progress of the rebuild")?;
    let documents = unused(&indexes, &states, generation).await?.documents;
    if !options.dry_run {
        if let Some(rebuild) = rebuild.filter(|rebuild| rebuild.generation == generation) {
            if !states.abandon_rebuild(&rebuild).await.context("could not end the rebuild")? {
                bail!("the rebuild of {name} has ended meanwhile: see `chatlog index status`");
            }
            let seconds = CHANGES_REACH_NEXT_INDEX.as_secs();
            say(None, &format!("waiting {seconds} s, until no function sends changes to {name} any more"));
            sleep(CHANGES_REACH_NEXT_INDEX).await;
            // A switch that had begun before may have moved the alias.
            unused(&indexes, &states, generation).await?;
        }
        indexes.delete(generation).await.with_context(|| format!("could not delete {name}"))?;
    }
    output.print(&Dropped { index: name, documents, is_dry_run: options.dry_run })
}

/// The index, if it is there and searches do not use it.
async fn unused(
    indexes: &Indexes,
    states: &IndexStates,
    generation: IndexGeneration,
) -> Result<IndexSummary> {
    let name = indexes.name(generation);
    let state = states.index_state().await.context("could not read the state of the index")?;
    let listed = indexes.list().await.context("could not list the indexes")?;
    let Some(found) = listed.into_iter().find(|index| index.generation == generation) else {
        bail!("there is no index {name}: `chatlog index status` lists them");
    };
    if found.is_current || state.is_some_and(|state| state.current == generation) {
        bail!(
            "searches use {name}: let them use another index first, by `chatlog index rebuild` and `switch`"
        );
    }
    Ok(found)
}
