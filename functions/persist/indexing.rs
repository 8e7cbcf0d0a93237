use std::time::Duration;

use conversation::ports::{DeferIndexing, IndexMessages, StoreError};
use conversation::{IndexChange, IndexRequest, error_chain};
use tokio::time::timeout;

/// How long the index may take. Its changes are queued after that, so that the tables do not wait for it.
const INDEX_TIME: Duration = Duration::from_secs(2);

/// The index, and the queue of changes that it did not accept.
#[derive(Debug)]
pub struct Indexing<Index, IndexQueue> {
    pub index: Index,
    pub queue: IndexQueue,
}

impl<Index: IndexMessages, IndexQueue: DeferIndexing> Indexing<Index, IndexQueue> {
    /// Makes the changes. Returns the positions of those that were not made.
    pub(super) async fn attempt(&self, changes: &[IndexChange]) -> Vec<usize> {
        let outcome = timeout(INDEX_TIME, self.index.index(changes)).await;
        outcome.unwrap_or_else(|elapsed| Err(StoreError::new(elapsed))).unwrap_or_else(|error| {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not change the index");
            (0..changes.len()).collect()
        })
    }

    /// Queues changes for later.
    pub(super) async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        if requests.is_empty() { Ok(()) } else { self.queue.defer(requests).await }
    }
}
