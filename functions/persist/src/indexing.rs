use std::time::Duration;

use conversation::ports::{DeferIndexing, IndexMessages, StoreError};
use conversation::{IndexChange, IndexRequest};
use function_environment::chain;
use tokio::time::timeout;

/// How long the index may take before its changes are queued for later: the tables do not wait for it.
const INDEX_TIME: Duration = Duration::from_secs(2);

/// The index, and where changes go that it does not take.
#[derive(Debug)]
pub(crate) struct Indexing<Index, IndexQueue> {
    pub(crate) index: Index,
    pub(crate) queue: IndexQueue,
}

impl<Index: IndexMessages, IndexQueue: DeferIndexing> Indexing<Index, IndexQueue> {
    /// Makes the changes at once. Answers those, by place, that were not made.
    pub(crate) async fn attempt(&self, changes: &[IndexChange]) -> Vec<usize> {
        let made = timeout(INDEX_TIME, self.index.index(changes)).await;
        made.unwrap_or_else(|late| Err(StoreError::new(late))).unwrap_or_else(|error| {
            tracing::warn!(target: "chatlog", cause = chain(&error), "the index was not changed");
            (0..changes.len()).collect()
        })
    }

    /// Queues changes to be made later.
    pub(crate) async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        if requests.is_empty() { Ok(()) } else { self.queue.defer(requests).await }
    }
}
