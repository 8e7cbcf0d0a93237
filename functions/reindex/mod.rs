//! The queue of index requests (`index`), to the index.

mod bulks;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use conversation::ports::{CURRENT_BATCH, IndexMessages, ReadCurrentBatches, StoreError};
use conversation::{IndexChange, IndexedMessage, MessageId, Row, error_chain};
use dynamodb_tables::{IndexStates, Messages};
use function_environment::Environment;
use function_log::Metric;
use futures_util::future::join_all;
use opensearch_index::{ClientError, MessageIndex};
use sqs_queues::{Delivery, HandleBatch, log_batch};
use tokio::time::{Instant, timeout};

use bulks::bulks;
use requests::Requests;

/// How long reading the rows of a batch may take.
const READ_TIME: Duration = Duration::from_secs(3);
/// Until when, since the start of a batch, another request to the index may begin.
const LAST_BULK: Duration = Duration::from_secs(5);
/// How long one request to the index may take. What is left of the function's timeout is for the report.
const BULK_TIME: Duration = Duration::from_secs(3);

#[derive(Debug, Clone)]
pub struct Handler<Messages, Index> {
    pub messages: Messages,
    pub index: Index,
}

impl Handler<Messages, MessageIndex<IndexStates>> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        Ok(Self {
            messages: Messages::from_environment(environment)?,
            index: MessageIndex::from_environment(environment, IndexStates::from_environment(environment)?)?,
        })
    }
}

impl<Messages: ReadCurrentBatches, Index: IndexMessages> HandleBatch for Handler<Messages, Index> {
    const NAME: &'static str = "reindex";

    /// Brings the messages that the records name into the index with the present state of their rows, and removes those
    /// that are deleted. A record that cannot be read is dropped.
    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String> {
        let last_bulk = Instant::now() + LAST_BULK;
        let requests = Requests::decode(deliveries);
        let mut changes: Vec<IndexChange> = requests.removals().cloned().map(IndexChange::Remove).collect();
        changes.extend(self.refreshes(&requests).await);
        // Boxed, because the nested futures exceed the compiler's recursion limit otherwise.
        let made = Box::pin(self.change_index(changes, last_bulk)).await;
        log_batch("indexed a batch", Some(Metric::IndexedAfter), &requests.log(&made))
    }
}

impl<Messages: ReadCurrentBatches, Index: IndexMessages> Handler<Messages, Index> {
    /// The changes that bring messages to the state of their rows, as far as these can be read.
    async fn refreshes(&self, requests: &Requests<'_>) -> Vec<IndexChange> {
        let ids: Vec<MessageId> = requests.refreshes().cloned().collect();
        let rows = join_all(ids.chunks(CURRENT_BATCH).map(|ids| self.rows(ids))).await;
        let change = |(id, row)| match row {
            Row::Live(message) => IndexChange::Put(message),
            // The row was stored when the record was sent, so it is absent only if its chat was deleted since.
            Row::Deleted | Row::Absent => IndexChange::Remove(id),
        };
        rows.into_iter().flatten().map(change).collect()
    }

    async fn rows(&self, ids: &[MessageId]) -> BTreeMap<MessageId, Row<IndexedMessage>> {
        let read = timeout(READ_TIME, self.messages.current_messages(ids)).await;
        read.unwrap_or_else(|elapsed| Err(StoreError::new(elapsed))).unwrap_or_else(|error| {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not read the rows of messages; their records will be delivered again");
            BTreeMap::new()
        })
    }

    /// Makes changes until one request to the index fails or no time is left. Returns the messages whose changes were made.
    async fn change_index(&self, changes: Vec<IndexChange>, last_bulk: Instant) -> BTreeSet<MessageId> {
        let mut made = BTreeSet::new();
        for changes in bulks(changes) {
            if Instant::now() >= last_bulk {
                tracing::warn!(target: "chatlog", "no time is left for the rest of a batch; its records will be delivered again");
                break;
            }
            let indexed = timeout(BULK_TIME, self.index.index(&changes)).await;
            match indexed.unwrap_or_else(|elapsed| Err(StoreError::new(elapsed))) {
                Ok(failed) => {
                    let is_made = |position: &usize| !failed.contains(position);
                    let positions = (0..changes.len()).filter(is_made);
                    made.extend(positions.filter_map(|position| changes.get(position)).map(IndexChange::id));
                }
                Err(error) => {
                    let cause = error_chain(&error);
                    tracing::warn!(target: "chatlog", cause, "could not change the index; the records will be delivered again");
                    break;
                }
            }
        }
        made
    }
}

#[cfg(test)]
mod tests;
