//! OpenSearch, at the ports of the functions: documents with external versions, visible after a refresh.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::ports::{HitCursor, IndexMessages, SearchMessages, StoreError};
use conversation::{
    ChatId, Hit, IndexChange, IndexedMessage, MessageId, Order, Page, PageRequest, SearchText,
};

use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::random::{Latency, Random};
use crate::trace::Trace;

/// How often the index makes its changes visible to searches.
/// Source: `index.refresh_interval` in <https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/>
const REFRESH: Duration = Duration::from_secs(1);
/// What `opensearch-index` sets as the timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(3);

/// `None` for a message that was removed.
type Documents = BTreeMap<MessageId, Option<IndexedMessage>>;

/// The index. Clones share it.
#[derive(Debug, Clone)]
pub struct Index {
    clock: Clock,
    faults: Faults,
    random: Random,
    trace: Trace,
    latency: Latency,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// As searches see them.
    visible: Documents,
    /// Changes since the last refresh.
    pending: Documents,
    /// When the last refresh was, in refresh intervals since the start.
    refreshed: u64,
    /// When each message became searchable first.
    searchable: BTreeMap<MessageId, Duration>,
}

#[derive(Debug, thiserror::Error)]
enum IndexFault {
    #[error("OpenSearch did not respond within {} s", TIMEOUT.as_secs())]
    Silent,
    #[error("the connection to OpenSearch was refused")]
    Refused,
    #[error("OpenSearch responded with status {0}")]
    Status(u16),
}

impl Index {
    #[must_use]
    pub fn new(clock: Clock, faults: Faults, random: Random, trace: Trace) -> Self {
        // Assumed for a small cluster in the same region: docs/scale.md.
        let latency = Latency::new(Duration::from_millis(15), Duration::from_millis(80));
        Self { clock, faults, random, trace, latency, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.refresh(self.clock.now());
        state
    }

    /// The documents that searches find, after a refresh.
    #[must_use]
    pub fn documents(&self) -> Vec<IndexedMessage> {
        let mut state = self.lock();
        state.apply_pending(self.clock.now());
        state.visible.values().flatten().cloned().collect()
    }

    /// Changes a document at once, without a call.
    pub fn put(&self, change: &IndexChange) {
        self.lock().change(change);
    }

    /// When each message became searchable first.
    #[must_use]
    pub fn searchable(&self) -> BTreeMap<MessageId, Duration> {
        let mut state = self.lock();
        state.apply_pending(self.clock.now());
        state.searchable.clone()
    }

    /// Waits as long as the call takes. Fails if a fault keeps it from having an effect. Returns whether the reply is lost.
    async fn reach(&self, operation: &str) -> Result<bool, StoreError> {
        let fault = self.faults.on_call("opensearch", self.clock.now());
        let latency = self.latency.draw(&self.random) + self.faults.delay("opensearch", self.clock.now());
        let failure = match fault {
            None | Some(Fault::ReplyLost) if latency >= TIMEOUT => Some(IndexFault::Silent),
            None | Some(Fault::ReplyLost) => None,
            Some(Fault::Throttled) => Some(IndexFault::Status(429)),
            Some(Fault::ServerError) => Some(IndexFault::Status(503)),
            Some(Fault::NotReceived) => Some(IndexFault::Refused),
            Some(Fault::Silent | Fault::Late(_)) => Some(IndexFault::Silent),
        };
        let takes = if matches!(failure, Some(IndexFault::Silent)) { TIMEOUT } else { latency };
        tokio::time::sleep(takes).await;
        self.trace.line(self.clock.now(), format_args!("opensearch {operation} {fault:?}"));
        failure.map_or(Ok(fault == Some(Fault::ReplyLost)), |failure| Err(StoreError::new(failure)))
    }
}

impl State {
    fn refresh(&mut self, now: Duration) {
        let interval = now.as_secs() / REFRESH.as_secs();
        if interval > self.refreshed {
            // Whatever is pending was written in an earlier interval.
            self.apply_pending(REFRESH * u32::try_from(self.refreshed + 1).unwrap_or(u32::MAX));
            self.refreshed = interval;
        }
    }

    fn apply_pending(&mut self, at: Duration) {
        for (id, document) in std::mem::take(&mut self.pending) {
            if document.is_some() {
                self.searchable.entry(id.clone()).or_insert(at);
            }
            self.visible.insert(id, document);
        }
    }

    /// The version of a removal is higher than that of every document.
    fn change(&mut self, change: &IndexChange) {
        let id = change.id();
        let document = match change {
            IndexChange::Remove(_) => None,
            IndexChange::Put(message) => match self.pending.get(&id).or_else(|| self.visible.get(&id)) {
                Some(None) => return,
                Some(Some(stored)) if stored.revision >= message.revision => return,
                _ => Some(message.clone()),
            },
        };
        self.pending.insert(id, document);
    }
}

impl IndexMessages for Index {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let reply_lost = self.reach("bulk").await?;
        let mut refused = Vec::new();
        let mut state = self.lock();
        for (position, change) in changes.iter().enumerate() {
            // A node whose write queue is full refuses single items with 429.
            // Source: https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
            if self.faults.refuses_item(self.clock.now()) {
                refused.push(position);
            } else {
                state.change(change);
            }
        }
        if reply_lost { Err(StoreError::new(IndexFault::Silent)) } else { Ok(refused) }
    }
}

impl SearchMessages for Index {
    /// The messages that contain the text.
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError> {
        if self.reach("search").await? {
            return Err(StoreError::new(IndexFault::Silent));
        }
        let state = self.lock();
        let after = page.after.map(|cursor| cursor.number);
        let beyond = |number| match (after, page.order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => number > after,
            (Some(after), Order::Descending) => number < after,
        };
        let mut hits: Vec<Hit> = state
            .visible
            .values()
            .flatten()
            .filter(|document| document.chat == *chat && beyond(document.message.number))
            .filter(|document| document.message.body.as_str().contains(text.as_str()))
            .map(|document| Hit { message: document.message.clone(), score: 1.0, highlights: Vec::new() })
            .collect();
        if page.order == Order::Descending {
            hits.reverse();
        }
        Ok(Page::from_lookahead(hits, page.limit, |hit| HitCursor::from(hit)))
    }
}
