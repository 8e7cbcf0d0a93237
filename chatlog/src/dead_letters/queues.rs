use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use sqs_queues::{BuriedRecord, BuriedRecords};

use crate::deployment::Deployment;

/// A dead-letter queue, by the name of what it has.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) name: &'static str,
    pub(super) records: BuriedRecords,
}

/// Records that are hidden from others until they are released.
#[derive(Debug)]
pub(super) struct Held<'a> {
    pub(super) queue: &'a Queue,
    pub(super) records: Vec<BuriedRecord>,
}

/// The queues of writes and of sweeps.
pub(super) fn queues(deployment: &Deployment) -> Result<[Queue; 2]> {
    let queue = |name, dead_letters, source| {
        let (dead_letters, source) = (deployment.output(dead_letters)?, deployment.output(source)?);
        Ok(Queue { name, records: BuriedRecords::new(&deployment.sdk, dead_letters, source) })
    };
    let writes: Result<_> = queue("writes", "WritesDlqUrl", "WritesUrl");
    Ok([writes?, queue("sweeps", "SweepsDlqUrl", "SweepsUrl")?])
}

impl Queue {
    pub(super) async fn hold(&self, is_enough: impl Fn(&[BuriedRecord]) -> bool) -> Result<Held<'_>> {
        let records = self.records.hold(is_enough).await;
        let records = records.with_context(|| format!("could not read the dead letters of {}", self.name))?;
        Ok(Held { queue: self, records })
    }
}

impl Held<'_> {
    pub(super) async fn release(&self) -> Result<()> {
        let released = self.queue.records.release(&self.records).await;
        released.with_context(|| {
            format!("could not make the dead letters of {} visible; they are after a minute", self.queue.name)
        })
    }
}

/// Finds records of both queues by their ids, and holds them. Others are released.
pub(super) async fn find<'a>(queues: &'a [Queue], ids: &[String]) -> Result<Vec<Held<'a>>> {
    let mut wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for queue in queues {
        if wanted.is_empty() {
            break;
        }
        let count = wanted.len();
        let is_wanted = |record: &&BuriedRecord| wanted.contains(record.message_id.as_str());
        let held = queue.hold(|held| held.iter().filter(is_wanted).count() == count).await?;
        let (ours, others) =
            held.records.into_iter().partition(|record| wanted.contains(record.message_id.as_str()));
        Held { queue, records: others }.release().await?;
        let ours = Held { queue, records: ours };
        for record in &ours.records {
            wanted.remove(record.message_id.as_str());
        }
        found.push(ours);
    }
    if wanted.is_empty() {
        return Ok(found);
    }
    for held in &found {
        held.release().await?;
    }
    let missing: Vec<&str> = wanted.into_iter().collect();
    bail!(
        "no dead letter can be reached with the id {}: `chatlog dead-letters list` shows those that can",
        missing.join(", ")
    )
}
