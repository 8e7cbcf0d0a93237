use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Serialize)]
struct Switched {
    searched: String,
}

impl Show for Switched {
    fn show(&self) -> String {
        format!(
            "Searches use {} now. `chatlog index status` lists the former index, `chatlog index drop` deletes it.",
            self.searched
        )
    }
}

/// Moves the alias first: if the command ends after that, functions go on to change the same index under both names, and running the command
/// again completes it.
pub(super) async fn run(deployment: &Deployment, output: Output) -> Result<()> {
    let (indexes, states) = (deployment.indexes()?, deployment.index_states()?);
    let progress = states.rebuild().await.context("could not read the progress of the rebuild")?;
    let Some(progress) = progress else {
        bail!("there is no rebuilt index: run `chatlog index rebuild` first")
    };
    let (generation, name) = (progress.generation, indexes.name(progress.generation));
    if !progress.is_complete {
        bail!("{name} is not complete: `chatlog index rebuild` continues to fill it");
    }
    indexes.refresh(generation).await.with_context(|| format!("could not refresh {name}"))?;
    indexes.switch_to(generation).await.with_context(|| format!("could not move the alias to {name}"))?;
    let recorded = states.complete_rebuild(&progress).await;
    recorded
        .context("the alias was moved, but that could not be recorded: run `chatlog index switch` again")?;
    output.print(&Switched { searched: name })
}
