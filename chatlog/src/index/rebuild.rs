use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use conversation::ports::{ReadIndexState, StoreError};
use conversation::{IndexChange, IndexGeneration, Timestamp, error_chain};
use dynamodb_tables::{IndexStates, Messages, RebuildProgress};
use indicatif::ProgressBar;
use opensearch_index::{CHANGES_REACH_NEXT_INDEX, IndexSummary, Indexes};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::switch;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, say};
use crate::pace::Pace;

/// The most bytes of bodies in one request to OpenSearch. AWS's smallest instances take requests of 10 MiB.
const BULK_BYTES: usize = 2 * 1024 * 1024;
/// How long a row may be on its way into the index. OpenSearch remembers for an hour that a message was removed (`gc_deletes`); a row
/// that was read before would bring it back.
const ROWS_ARE_FRESH: Duration = Duration::from_mins(30);
/// How often a request to OpenSearch is tried, with a pause of one second that doubles each time: three minutes.
const ATTEMPTS: u32 = 8;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    pace: Pace,
    /// Lets searches use the new index as soon as it is complete, as `chatlog index switch`
    #[arg(long)]
    switch: bool,
    /// Says what would be read and created, and changes nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Rebuilt {
    index: String,
    rows: u64,
    is_dry_run: bool,
}

impl Show for Rebuilt {
    fn show(&self) -> String {
        let Self { index, rows, is_dry_run } = self;
        if *is_dry_run {
            format!("Would read about {rows} rows into {index}.")
        } else {
            format!(
                "{index} has all messages: {rows} rows were read. `chatlog index switch` lets searches use it."
            )
        }
    }
}

/// What a rebuild works with.
struct Rebuild {
    indexes: Indexes,
    states: IndexStates,
    messages: Messages,
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let rebuild = Rebuild {
        indexes: deployment.indexes()?,
        states: deployment.index_states()?,
        messages: deployment.messages()?,
    };
    let rows =
        rebuild.messages.approximate_rows().await.context("could not describe the table of messages")?;
    let listed = rebuild.indexes.list().await.context("could not list the indexes")?;
    let recorded = rebuild.progress().await?;
    let may_continue = recorded.as_ref().is_some_and(|progress| {
        progress.reads(&rebuild.messages)
            && listed.iter().any(|index| index.generation == progress.generation)
    });
    if options.dry_run {
        let generation = match recorded {
            Some(progress) if may_continue => progress.generation,
            _ => rebuild.next_generation(&listed).await?,
        };
        let index = rebuild.indexes.name(generation);
        return output.print(&Rebuilt { index, rows, is_dry_run: true });
    }
    let mut progress = match recorded {
        Some(progress) if may_continue => progress,
        former => rebuild.begin(former.as_ref(), &listed).await?,
    };
    let index = rebuild.indexes.name(progress.generation);
    if !progress.is_complete {
        rebuild.wait_for_changes(&progress).await?;
        let bar = crate::output::progress(rows.max(progress.rows), "rows")?;
        rebuild.fill(&mut progress, &options.pace, &bar).await?;
        bar.finish_and_clear();
    }
    if options.switch {
        return switch::run(deployment, &switch::Options { dry_run: false }, output).await;
    }
    output.print(&Rebuilt { index, rows: progress.rows, is_dry_run: false })
}

impl Rebuild {
    /// A number higher than those of the listed indexes, and than that of the current one, which may be lost.
    async fn next_generation(&self, listed: &[IndexSummary]) -> Result<IndexGeneration> {
        let state = self.states.index_state().await.context("could not read the state of the index")?;
        let numbers = listed.iter().map(|index| index.generation);
        let highest = numbers.chain(state.map(|state| state.current)).max();
        Ok(highest.unwrap_or(IndexGeneration::FIRST).next())
    }

    async fn progress(&self) -> Result<Option<RebuildProgress>> {
        self.states.rebuild().await.context("could not read the progress of the rebuild")
    }

    /// Creates the next index, then records it, so that functions send their changes to it. `former` is a rebuild that cannot be continued:
    /// its index is gone, or it reads a table that the deployment no longer uses.
    async fn begin(
        &self,
        former: Option<&RebuildProgress>,
        listed: &[IndexSummary],
    ) -> Result<RebuildProgress> {
        if let Some(former) = former {
            self.states.abandon_rebuild(former).await.context("could not end the former rebuild")?;
        }
        let generation = self.next_generation(listed).await?;
        let name = self.indexes.name(generation);
        self.indexes.create_next(generation).await.with_context(|| format!("could not create {name}"))?;
        let recorded = self.states.begin_rebuild(self.messages.table(), generation, Timestamp::now()).await;
        recorded.context("could not record the rebuild")?;
        match self.progress().await? {
            Some(progress) if progress.generation == generation => Ok(progress),
            _ => bail!(
                "another command has begun or ended a rebuild meanwhile: see `chatlog index status`, drop {name} if it is not used, and run the \
                 command again"
            ),
        }
    }

    /// Waits until every function sends its changes to the new index. What was stored before is in the tables when they are read.
    async fn wait_for_changes(&self, progress: &RebuildProgress) -> Result<()> {
        let passed = Timestamp::now().since(progress.started_at).unwrap_or_default();
        let Some(rest) = CHANGES_REACH_NEXT_INDEX.checked_sub(passed).filter(|rest| !rest.is_zero()) else {
            return Ok(());
        };
        let name = self.indexes.name(progress.generation);
        say(
            None,
            &format!("waiting {} s, until all functions send their changes to {name}", rest.as_secs() + 1),
        );
        sleep(rest).await;
        Ok(())
    }

    /// Reads the rest of the table into the index.
    async fn fill(&self, progress: &mut RebuildProgress, pace: &Pace, bar: &ProgressBar) -> Result<()> {
        while !progress.is_complete {
            let (began, read_at) = (Instant::now(), Timestamp::now());
            let scanned = self.messages.scan(progress.position.as_ref(), pace.limit()).await;
            let scanned =
                scanned.context("could not read the table of messages; run the command again to continue")?;
            for position in &scanned.unreadable {
                say(
                    Some(bar),
                    &format!(
                        "skipped the row of message {} of {}: it is malformed",
                        position.number, position.chat
                    ),
                );
            }
            for changes in bulks(scanned.changes) {
                self.index(progress.generation, changes, read_at, bar).await?;
            }
            progress.rows += u64::try_from(scanned.rows)?;
            progress.is_complete = scanned.next.is_none();
            progress.position = scanned.next.or_else(|| progress.position.take());
            let saved = self.states.save_progress(progress).await.context("could not record the progress")?;
            if !saved {
                bail!("the rebuild was ended by another command");
            }
            bar.set_position(progress.rows);
            pace.wait(began, scanned.units).await;
        }
        Ok(())
    }

    /// Makes changes in the index, again and again if it is overloaded. Their rows were read at this time or later.
    async fn index(
        &self,
        generation: IndexGeneration,
        mut changes: Vec<IndexChange>,
        read_at: Timestamp,
        bar: &ProgressBar,
    ) -> Result<()> {
        let mut pause = Duration::from_secs(1);
        for attempt in 1..=ATTEMPTS {
            // By the wall clock: a machine may have slept meanwhile.
            if !are_fresh(read_at, Timestamp::now()) {
                bail!("the command was interrupted for too long; run it again to continue");
            }
            let error = match self.indexes.fill(generation, changes.clone()).await {
                Ok(failed) if failed.is_empty() => return Ok(()),
                Ok(failed) => {
                    let (left, kinds): (Vec<_>, Vec<_>) = failed.into_iter().unzip();
                    changes = left;
                    StoreError::new(std::io::Error::other(kinds.first().cloned().unwrap_or_default()))
                }
                Err(error) => error,
            };
            let name = self.indexes.name(generation);
            let cause = error_chain(&error);
            if attempt == ATTEMPTS {
                bail!(
                    "could not bring {} messages into {name}: {cause}; run the command again to continue",
                    changes.len()
                );
            }
            say(
                Some(bar),
                &format!("could not bring {} messages into {name}, trying again: {cause}", changes.len()),
            );
            sleep(pause).await;
            pause *= 2;
        }
        Ok(())
    }
}

/// Splits changes into requests of at most [`BULK_BYTES`], or one change.
fn bulks(changes: Vec<IndexChange>) -> Vec<Vec<IndexChange>> {
    let mut bulks: Vec<Vec<IndexChange>> = Vec::new();
    let mut room = 0;
    for change in changes {
        let size = match &change {
            IndexChange::Put(message) => message.message.body.as_str().len(),
            IndexChange::Remove(_) => 0,
        };
        if let Some(bulk) = bulks.last_mut().filter(|_| size <= room) {
            bulk.push(change);
            room -= size;
        } else {
            bulks.push(vec![change]);
            room = BULK_BYTES.saturating_sub(size);
        }
    }
    bulks
}

/// Whether rows that were read at this time may still be indexed.
fn are_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    now.since(read_at).is_none_or(|age| age < ROWS_ARE_FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenSearch forgets removals after the hour of `gc_deletes` in the mapping.
    #[test]
    fn rows_are_not_indexed_when_removals_may_be_forgotten() {
        let now = Timestamp::now();
        let before = |minutes| now.before(Duration::from_mins(minutes));
        assert!(are_fresh(before(29), now));
        assert!(!are_fresh(before(31), now));
    }
}
