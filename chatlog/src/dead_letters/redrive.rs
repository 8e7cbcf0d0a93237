use anyhow::{Context, Result};
use clap::Args;
use conversation::Timestamp;
use serde::Serialize;
use sqs_queues::BuriedRecord;

use super::queues::{Held, Queue, find, queues};
use super::record::Record;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The ids of the records, as `chatlog dead-letters list` shows them
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<String>,
    /// Moves every record that was there when the command began
    #[arg(long)]
    all: bool,
    /// Says what would be moved, and moves nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Redriven {
    records: Vec<Record>,
    is_dry_run: bool,
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let queues = queues(deployment)?;
    let mut redriven = Redriven { records: Vec::new(), is_dry_run: options.dry_run };
    if options.all {
        for queue in &queues {
            redriven.all_of(queue).await?;
        }
    } else {
        let found = find(&queues, &options.ids).await?;
        for held in &found {
            redriven.add(held, Timestamp::now()).await?;
        }
    }
    output.print(&redriven)
}

impl Redriven {
    /// Moves what is in the queue now. A record that is buried again meanwhile stays.
    async fn all_of(&mut self, queue: &Queue) -> Result<()> {
        let began_at = Timestamp::now();
        loop {
            let held = queue.hold(|held| !held.is_empty() && !self.is_dry_run).await?;
            let is_new = |record: &BuriedRecord| record.sent_at > began_at;
            let (new, records): (Vec<_>, Vec<_>) = held.records.into_iter().partition(is_new);
            let is_last = records.is_empty() || self.is_dry_run;
            Held { queue, records: new }.release().await?;
            self.add(&Held { queue, records }, began_at).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Moves records in their order. If one fails, it and those behind it are released.
    async fn add(&mut self, held: &Held<'_>, now: Timestamp) -> Result<()> {
        if self.is_dry_run {
            held.release().await?;
        }
        let Held { queue, records } = held;
        for (position, record) in records.iter().enumerate() {
            if !self.is_dry_run
                && let Err(error) = queue.records.redrive(record).await
            {
                let rest = records.get(position..).unwrap_or_default().to_vec();
                Held { queue, records: rest }.release().await?;
                return Err(error).with_context(|| {
                    format!(
                        "moved {} records, but not {}; run the command again",
                        self.records.len(),
                        record.message_id
                    )
                });
            }
            self.records.push(Record::new(queue.name, record, now));
        }
        Ok(())
    }
}

impl Show for Redriven {
    fn show(&self) -> String {
        let verb = if self.is_dry_run { "Would move" } else { "Moved" };
        let mut lines: Vec<String> = self
            .records
            .iter()
            .map(|Record { queue, id, kind, .. }| format!("{verb} {id}, {kind}, to the queue of {queue}."))
            .collect();
        lines.push(format!("{verb} {} records.", self.records.len()));
        lines.join("\n")
    }
}
