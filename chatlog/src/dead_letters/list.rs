use anyhow::{Context, Result};
use clap::Args;
use conversation::Timestamp;
use serde::Serialize;

use super::queues::queues;
use super::record::Record;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, table};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The most records of each queue to show
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Serialize)]
struct Listed {
    records: Vec<Record>,
    /// How many records both queues have, about.
    total: u64,
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let now = Timestamp::now();
    let mut listed = Listed { records: Vec::new(), total: 0 };
    for queue in &queues(deployment)? {
        let size = queue.records.size().await;
        listed.total +=
            size.with_context(|| format!("could not count the dead letters of {}", queue.name))?.total();
        let held = queue.hold(|held| held.len() >= options.limit).await?;
        held.release().await?;
        let shown = held.records.iter().take(options.limit);
        listed.records.extend(shown.map(|record| Record::new(queue.name, record, now)));
    }
    output.print(&listed)
}

impl Show for Listed {
    fn show(&self) -> String {
        let shown = u64::try_from(self.records.len()).unwrap_or(u64::MAX);
        if shown == 0 && self.total == 0 {
            return "There are no dead letters.".to_owned();
        }
        let text = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let rows = self.records.iter().map(|record| {
            [
                record.queue.to_owned(),
                record.id.clone(),
                record.age(),
                record.receives.to_string(),
                record.kind.to_owned(),
                record.application.clone().unwrap_or_else(|| "-".to_owned()),
                text(record.chat),
                text(record.message),
                record.reason.clone().unwrap_or_else(|| "received too often".to_owned()),
            ]
        });
        let header = ["queue", "id", "age", "receives", "kind", "application", "chat", "message", "reason"];
        let rows = table(header, rows);
        if shown >= self.total {
            return rows;
        }
        format!(
            "{rows}\n{shown} of about {} records. Of the others, some may be hidden by another reader, beyond --limit, or behind the \
             first ten of their chat: those come once these are redriven or dropped.",
            self.total
        )
    }
}
