use conversation::ports::{CloseChats, MAX_PENDING, RaiseLimits, StoreError};

use super::{CounterAudit, CounterId, CounterValues, Shortfall};

impl CounterAudit {
    /// Raises a counter to what the rows need, creates it, or closes it if its application or chat is deleted. Never lowers it, so it
    /// is safe while functions use the counter, and may be repeated.
    ///
    /// # Errors
    /// The table could not be changed.
    pub async fn raise(&self, shortfall: &Shortfall) -> Result<(), StoreError> {
        let Shortfall { counter, found, needed, is_deleted } = shortfall;
        match counter {
            CounterId::Application(id) if *is_deleted => return self.counters.close_application(id).await,
            CounterId::Chat(id) if *is_deleted => return self.counters.close(id).await,
            CounterId::Application(_) | CounterId::Chat(_) => {}
        }
        let (id, CounterValues { last, revision }) = (counter.key(), *needed);
        // The rows have these revisions, so none of them waits to be stored.
        let limit = matches!(counter, CounterId::Chat(_)).then_some(revision + MAX_PENDING);
        if found.is_none() {
            self.counters.create(&id, last, revision, limit).await?;
        }
        let is_below = found.is_none_or(|found| found.revision < revision);
        if let (true, CounterId::Chat(chat), Some(limit)) = (is_below, counter, limit) {
            // Before the revision: if the next call fails, the chat is not left above its limit.
            self.counters.raise_limit(chat, limit).await?;
        }
        self.counters.raise(&id, "revision", revision).await?;
        self.counters.raise(&id, "last", last).await
    }
}
