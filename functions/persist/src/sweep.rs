use std::time::{Duration, Instant};

use conversation::ports::{
    CloseChats, DeferIndexing, IndexMessages, SendWrites, StoreChats, StoreError, SweepMessages,
};
use conversation::{ChatId, DeleteChat, IndexChange, IndexRequest, MessageId, Write};
use function_environment::chain;
use tokio::time::sleep;

use crate::batch::Persist;

/// How long a sweep waits for a table that is too busy for it.
const PAUSE: Duration = Duration::from_millis(200);

impl<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
    Persist<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
where
    Chats: StoreChats,
    Messages: SweepMessages,
    Counters: CloseChats,
    Writes: SendWrites,
    Index: IndexMessages,
    IndexQueue: DeferIndexing,
{
    /// Closes the chat, leaves its tombstone and sweeps its messages. Answers what that adds to the
    /// application's `chats_count`.
    pub(crate) async fn delete_chat(&self, write: &DeleteChat, until: Instant) -> Result<i64, StoreError> {
        // Its deleter closed it already, unless it died or failed right after sending.
        self.counters.close(&write.id).await?;
        let delta = self.chats.delete(write).await?;
        if let Err(error) = self.sweep(&write.id, until).await {
            // What is left is hidden with its chat, and no reason to hold the chat's count back.
            tracing::warn!(target: "chatlog", cause = chain(&error), "the sweep of a deleted chat goes on later");
            self.sweep_later(&write.id).await?;
        }
        Ok(delta)
    }

    /// Removes the messages of a deleted chat from index and table, page by page. At least one page; where
    /// the time is up before the last, a record in the chat's own group has another delivery go on.
    pub(crate) async fn sweep(&self, chat: &ChatId, until: Instant) -> Result<(), StoreError> {
        let mut index_answers = true;
        loop {
            let messages = self.messages.some_of(chat).await?;
            if messages.is_empty() {
                return Ok(());
            }
            // First the index: the rows are what tells which documents there are.
            self.remove_from_index(&messages, &mut index_answers).await?;
            let left = self.messages.purge(&messages).await?;
            tracing::info!(target: "chatlog", function = "persist", messages = messages.len(), "swept a deleted chat");
            if Instant::now() > until {
                return self.sweep_later(chat).await;
            }
            if left > 0 {
                sleep(PAUSE).await;
            }
        }
    }

    async fn sweep_later(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.writes.send(&Write::SweepChat(chat.clone())).await.map_err(StoreError::new)
    }

    /// An index that did not answer is not asked again in the same sweep.
    async fn remove_from_index(
        &self,
        messages: &[MessageId],
        index_answers: &mut bool,
    ) -> Result<(), StoreError> {
        let changes: Vec<IndexChange> = messages.iter().cloned().map(IndexChange::Remove).collect();
        let failed =
            if *index_answers { self.indexing.attempt(&changes).await } else { (0..changes.len()).collect() };
        *index_answers = failed.len() < changes.len();
        let later: Vec<IndexRequest> = failed
            .into_iter()
            .filter_map(|place| messages.get(place).cloned())
            .map(IndexRequest::Remove)
            .collect();
        self.indexing.defer(&later).await
    }
}
