use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Says which index searches would use, and changes nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Switched {
    searched: String,
    is_dry_run: bool,
}

impl Show for Switched {
    fn show(&self) -> String {
        let Self { searched, is_dry_run } = self;
        if *is_dry_run {
            format!("Searches would use {searched}.")
        } else {
            format!(
                "Searches use {searched} now. `chatlog index status` lists the former index, `chatlog index drop` deletes it."
            )
        }
    }
}

/// Moves the alias first: if the command ends after that, functions go on to change the same index under both names, and running the command
/// again completes it.
pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let (indexes, states) = (deployment.indexes()?, deployment.index_states()?);
    let progress = states.rebuild().await.context("could not read the progress of the rebuild")?;
    let Some(progress) = progress else {
        bail!("there is no rebuilt index: run `chatlog index rebuild` first")
    };
    let (generation, name) = (progress.generation, indexes.name(progress.generation));
    match &progress.table {
        Some(_) if progress.reads(&deployment.messages()?) => {}
        Some(table) => bail!(
            "{name} has the messages of the table {table}, which is no longer in use: `chatlog index rebuild` makes another index"
        ),
        None => {
            bail!("a former release began the rebuild of {name}: `chatlog index rebuild` makes another index")
        }
    }
    if !progress.is_complete {
        bail!("{name} is not complete: `chatlog index rebuild` continues to fill it");
    }
    if options.dry_run {
        return output.print(&Switched { searched: name, is_dry_run: true });
    }
    indexes.refresh(generation).await.with_context(|| format!("could not refresh {name}"))?;
    // The refresh may have taken a minute. `chatlog index drop` ends the rebuild, and waits before it deletes the index.
    let present = states.rebuild().await.context("could not read the progress of the rebuild")?;
    if present.as_ref() != Some(&progress) {
        bail!("another command ended the rebuild of {name} meanwhile: see `chatlog index status`");
    }
    indexes.switch_to(generation).await.with_context(|| format!("could not move the alias to {name}"))?;
    let recorded = states.complete_rebuild(&progress).await;
    let is_recorded = recorded
        .context("the alias was moved, but that could not be recorded: run `chatlog index switch` again")?;
    if !is_recorded {
        bail!(
            "another command ended the rebuild of {name} meanwhile: see `chatlog index status`, and run `chatlog index rebuild --switch`"
        );
    }
    output.print(&Switched { searched: name, is_dry_run: false })
}
