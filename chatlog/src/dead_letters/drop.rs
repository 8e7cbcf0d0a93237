use anyhow::{Context, Result};
use clap::Args;
use conversation::Timestamp;
use serde::Serialize;

use super::queues::{find, queues};
use super::record::Record;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The ids of the records, as `chatlog dead-letters list` shows them
    #[arg(required = true)]
    ids: Vec<String>,
    /// Says what would be removed, and removes nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Dropped {
    records: Vec<Record>,
    is_dry_run: bool,
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let queues = queues(deployment)?;
    let found = find(&queues, &options.ids).await?;
    let mut dropped = Dropped { records: Vec::new(), is_dry_run: options.dry_run };
    for held in &found {
        if options.dry_run {
            held.release().await?;
        }
        for record in &held.records {
            if !options.dry_run {
                let removed = held.queue.records.remove(record).await;
                removed.with_context(|| {
                    format!(
                        "could not remove {}; those behind it are visible after a minute",
                        record.message_id
                    )
                })?;
            }
            dropped.records.push(Record::new(held.queue.name, record, Timestamp::now()));
        }
    }
    output.print(&dropped)
}

impl Show for Dropped {
    fn show(&self) -> String {
        let verb = if self.is_dry_run { "Would remove" } else { "Removed" };
        let line = |record: &Record| {
            let Record { queue, id, kind, .. } = record;
            format!("{verb} {id}, {kind}, from the dead letters of {queue}.")
        };
        self.records.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
