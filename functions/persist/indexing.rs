use std::time::Duration;

use conversation::ports::{DeferIndexing, IndexMessages, StoreError};
use conversation::{IndexChange, IndexRequest, error_chain};
use tokio::time::timeout;

use super::breaker::Breaker;

/// How long the index may take. Its changes are queued after that, so that the tables do not wait for it.
const INDEX_TIME: Duration = Duration::from_millis(500);
/// How long queueing changes may take, so that time is left to report records whose changes are not queued.
const DEFER_TIME: Duration = Duration::from_secs(2);

/// The index, and the queue of changes that it did not accept.
#[derive(Debug)]
pub struct Indexing<Index, IndexQueue> {
    pub index: Index,
    pub queue: IndexQueue,
    breaker: Breaker,
}

impl<Index, IndexQueue> Indexing<Index, IndexQueue> {
    pub fn new(index: Index, queue: IndexQueue) -> Self {
        Self { index, queue, breaker: Breaker::default() }
    }
}

impl<Index: IndexMessages, IndexQueue: DeferIndexing> Indexing<Index, IndexQueue> {
    /// Makes the changes. Returns the positions of those that were not made: all of them, at once, if the index failed
    /// within the last ten seconds.
    pub(super) async fn attempt(&self, changes: &[IndexChange]) -> Vec<usize> {
        if changes.is_empty() {
            return Vec::new();
        }
        if !self.breaker.admits_attempt() {
            return (0..changes.len()).collect();
        }
        match self.index_in_time(changes).await {
            Ok(failed) => {
                self.breaker.succeed();
                failed
            }
            Err(error) => {
                self.breaker.fail();
                let cause = error_chain(&error);
                tracing::warn!(target: "chatlog", cause, "could not change the index; for ten seconds, its changes are queued instead");
                (0..changes.len()).collect()
            }
        }
    }

    async fn index_in_time(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        timeout(INDEX_TIME, self.index.index(changes)).await.map_err(StoreError::new)?
    }

    /// Queues changes for later.
    pub(super) async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        if requests.is_empty() {
            return Ok(());
        }
        timeout(DEFER_TIME, self.queue.defer(requests)).await.map_err(StoreError::new)?
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use conversation::fake::samples::{application_id, chat_id, indexed_message, message_id};
    use conversation::fake::{FakeIndex, FakeIndexQueue, Fault};
    use tokio::time::{Instant, advance};

    use super::super::breaker::PAUSE;
    use super::*;

    /// Neither the index nor the queue replies.
    #[derive(Debug)]
    struct Silent;

    impl IndexMessages for Silent {
        async fn index(&self, _changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
            pending().await
        }
    }

    impl DeferIndexing for Silent {
        async fn defer(&self, _requests: &[IndexRequest]) -> Result<(), StoreError> {
            pending().await
        }
    }

    fn changes() -> [IndexChange; 2] {
        let chat = chat_id(&application_id(), 1);
        [1, 2].map(|number| IndexChange::Put(indexed_message(&chat, number, number, "tea")))
    }

    fn fakes() -> Indexing<FakeIndex, FakeIndexQueue> {
        Indexing::new(FakeIndex::default(), FakeIndexQueue::default())
    }

    const NONE: [usize; 0] = [];

    #[tokio::test(start_paused = true)]
    async fn a_silent_index_is_waited_for_once_in_ten_seconds() {
        let indexing = Indexing::new(Silent, FakeIndexQueue::default());
        for expected in [INDEX_TIME, Duration::ZERO, Duration::ZERO] {
            let start = Instant::now();
            assert_eq!(indexing.attempt(&changes()).await, [0, 1]);
            assert_eq!(start.elapsed(), expected);
        }
        advance(PAUSE).await;
        let start = Instant::now();
        assert_eq!(indexing.attempt(&changes()).await, [0, 1]);
        assert_eq!(start.elapsed(), INDEX_TIME);
    }

    #[tokio::test(start_paused = true)]
    async fn an_index_that_failed_is_used_again_after_ten_seconds() {
        let (indexing, changes) = (fakes(), changes());
        indexing.index.faults.plan([Fault::Before]);
        assert_eq!(indexing.attempt(&changes).await, [0, 1]);
        assert_eq!(indexing.attempt(&changes).await, [0, 1], "it is not asked");
        assert_eq!(indexing.index.documents().len(), 0);
        advance(PAUSE).await;
        assert_eq!(indexing.attempt(&changes).await, NONE);
        assert_eq!(indexing.attempt(&changes).await, NONE);
        assert_eq!(indexing.index.documents().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_to_change_says_nothing_about_the_index() {
        let indexing = fakes();
        indexing.index.faults.plan([Fault::Before]);
        indexing.attempt(&changes()).await;
        advance(PAUSE).await;
        assert_eq!(indexing.attempt(&[]).await, NONE);
        assert!(indexing.breaker.admits_attempt());
        assert!(!indexing.breaker.admits_attempt(), "it does not know yet that the index responds");
    }

    #[tokio::test(start_paused = true)]
    async fn queueing_changes_has_a_time_limit() {
        let indexing = Indexing::new(FakeIndex::default(), Silent);
        let start = Instant::now();
        let request = IndexRequest::Refresh(message_id(&chat_id(&application_id(), 1), 1));
        indexing.defer(&[request]).await.unwrap_err();
        assert_eq!(start.elapsed(), DEFER_TIME);
        indexing.defer(&[]).await.unwrap();
    }
}
