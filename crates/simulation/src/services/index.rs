//! OpenSearch, at the ports of the functions: documents with external versions, visible after a refresh.

mod documents;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::ports::{HitCursor, IndexMessages, SearchMessages, StoreError};
use conversation::{ChatId, Hit, IndexChange, IndexedMessage, MessageId, Page, PageRequest, SearchText};
use tokio::time::{sleep, timeout};

use crate::clock::Clock;
use crate::faults::{CallFault, Faults, Service};
use crate::http::Connections;
use crate::random::{Latency, Random};
use crate::trace::Trace;
use documents::Documents;

/// What `opensearch-index` sets as the timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The index, and the connections of one sandbox to it. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    clock: Clock,
    faults: Faults,
    random: Random,
    trace: Trace,
    latency: Latency,
    documents: Arc<Mutex<Documents>>,
    connections: Arc<Connections>,
}

#[derive(Debug, thiserror::Error)]
enum IndexFault {
    #[error("OpenSearch did not respond within {} s", TIMEOUT.as_secs())]
    Silent,
    #[error("the connection to OpenSearch was refused")]
    Refused,
    #[error("the connection to OpenSearch broke")]
    Broken,
    #[error("OpenSearch responded with status {0}")]
    Status(u16),
}

impl Index {
    pub(crate) fn new(clock: Clock, faults: Faults, random: Random, trace: Trace) -> Self {
        // Assumed for a small cluster in the same region: docs/scale.md.
        let latency = Latency::new(Duration::from_millis(15), Duration::from_millis(80));
        let (documents, connections) = (Arc::default(), Arc::default());
        Self { clock, faults, random, trace, latency, documents, connections }
    }

    /// The same index over the connections of a sandbox.
    pub(crate) fn over(&self, connections: Arc<Connections>) -> Self {
        Self { connections, ..self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Documents> {
        let now = self.clock.now();
        let losses = self.faults.index_losses(now);
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        for at in losses.into_iter().skip(documents.lost_at().len()) {
            documents.lose(at);
            self.faults.count("opensearch: index lost");
        }
        documents.refresh(now);
        documents
    }

    /// The documents that searches find, after a refresh.
    pub(crate) fn documents(&self) -> Vec<IndexedMessage> {
        let mut documents = self.lock();
        documents.apply_pending(self.clock.now());
        documents.all()
    }

    /// Changes a document at once, without a call.
    pub(crate) fn put(&self, change: &IndexChange) {
        self.lock().change(change, self.clock.now());
    }

    /// When each message became searchable first.
    pub(crate) fn searchable(&self) -> BTreeMap<MessageId, Duration> {
        let mut documents = self.lock();
        documents.apply_pending(self.clock.now());
        documents.searchable()
    }

    /// The messages that the index held, or whose removal it remembered, when it was lost. Nothing brings them back but a
    /// later write to the same message: the functions create an index that is missing, but do not fill it.
    pub(crate) fn lost(&self) -> BTreeSet<MessageId> {
        self.lock().lost().clone()
    }

    /// Makes a call. It is a task of its own: a caller that gives up or is killed does not take it back.
    async fn call<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut Documents, Duration) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let index = self.clone();
        let call = tokio::spawn(async move { index.carry(operation, effect).await });
        let reply = match timeout(TIMEOUT, call).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) | Err(_) => Err(IndexFault::Silent),
        };
        reply.map_err(StoreError::new)
    }

    async fn carry<T>(
        &self,
        operation: &str,
        effect: impl FnOnce(&mut Documents, Duration) -> T,
    ) -> Result<T, IndexFault> {
        let fault = if self.connections.take_dead(Service::OpenSearch) {
            Some(self.faults.on_dead_connection(Service::OpenSearch))
        } else {
            self.faults.on_call(Service::OpenSearch, self.clock.now())
        };
        let latency =
            self.latency.draw(&self.random) + self.faults.delay(Service::OpenSearch, self.clock.now());
        let way = latency / 2;
        sleep(way).await;
        if let Some(CallFault::Late(by)) = fault {
            sleep(by).await;
        }
        let value =
            fault.is_none_or(CallFault::has_effect).then(|| effect(&mut self.lock(), self.clock.now()));
        self.trace.line(self.clock.now(), format_args!("opensearch {operation} {fault:?}"));
        sleep(way).await;
        match fault {
            None => value.ok_or(IndexFault::Silent),
            Some(CallFault::Throttled) => Err(IndexFault::Status(429)),
            Some(CallFault::ServerError | CallFault::ServerErrorAfterEffect) => Err(IndexFault::Status(503)),
            Some(CallFault::Refused) => Err(IndexFault::Refused),
            Some(CallFault::NotReceived | CallFault::ReplyLost) => Err(IndexFault::Broken),
            Some(CallFault::Silent | CallFault::Late(_)) => {
                sleep(TIMEOUT).await;
                Err(IndexFault::Silent)
            }
        }
    }

    async fn exists(&self) -> Result<bool, StoreError> {
        self.call("exists", |documents, _| documents.exists).await
    }

    /// Creates the index. An existing one stays as it is.
    async fn create(&self) -> Result<(), StoreError> {
        self.call("create", |documents, _| documents.exists = true).await
    }

    /// Returns the positions of the changes that were not made; `None` if there is no index.
    ///
    /// A node whose write queue is full refuses single items with 429.
    /// Source: <https://docs.opensearch.org/latest/api-reference/document-apis/bulk/>
    async fn bulk(&self, changes: &Arc<[IndexChange]>) -> Result<Option<Vec<usize>>, StoreError> {
        let (changes, faults) = (Arc::clone(changes), self.faults.clone());
        self.call("bulk", move |documents, now| {
            if !documents.exists {
                return None;
            }
            let limit = faults.bulk_limit(now);
            let mut refused = Vec::new();
            for (position, change) in changes.iter().enumerate() {
                let is_over = limit.is_some_and(|limit| !documents.admits(limit, now));
                if is_over {
                    faults.count("opensearch: item refused with 429, too many documents");
                }
                if is_over || faults.refuses_item(now) {
                    refused.push(position);
                } else {
                    documents.change(change, now);
                }
            }
            Some(refused)
        })
        .await
    }
}

/// As `opensearch-index` does it: before a removal, it makes sure that the index exists, and it creates an index that a
/// bulk request misses.
impl IndexMessages for Index {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let has_removal = changes.iter().any(|change| matches!(change, IndexChange::Remove(_)));
        if has_removal && !self.exists().await? {
            self.create().await?;
        }
        let changes: Arc<[IndexChange]> = changes.into();
        let mut refused = self.bulk(&changes).await?;
        if refused.is_none() {
            self.create().await?;
            refused = self.bulk(&changes).await?;
        }
        Ok(refused.unwrap_or_else(|| (0..changes.len()).collect()))
    }
}

impl SearchMessages for Index {
    /// The messages that contain the text; none if there is no index.
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError> {
        let (chat, text) = (chat.clone(), text.as_str().to_owned());
        let (limit, order, after) = (page.limit, page.order, page.after.map(|cursor| cursor.number));
        let hits = self.call("search", move |documents, _| {
            let found = documents.of_chat(&chat, after, order);
            let found = found.filter(|message| message.body.as_str().contains(&text));
            let hit = |message: &conversation::Message| Hit {
                message: message.clone(),
                score: 1.0,
                highlights: Vec::new(),
            };
            found.take(limit.as_usize() + 1).map(hit).collect()
        });
        Ok(Page::from_lookahead(hits.await?, page.limit, |hit| HitCursor::from(hit)))
    }
}
