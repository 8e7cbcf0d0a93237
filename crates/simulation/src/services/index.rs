//! OpenSearch, at the ports of the functions: documents with external versions, visible after a refresh.

mod calls;
mod documents;
mod ports;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::{IndexChange, IndexedMessage, MessageId};

use crate::context::RunContext;
use crate::network::Connections;
use crate::random::{Latency, Random};
use documents::Documents;

/// The index, and the connections of one sandbox to it. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    context: RunContext,
    random: Random,
    latency: Latency,
    documents: Arc<Mutex<Documents>>,
    connections: Arc<Connections>,
}

impl Index {
    pub(crate) fn new(context: RunContext, random: Random) -> Self {
        // Assumed for a small cluster in the same region: docs/scale.md.
        let latency = Latency::new(Duration::from_millis(15), Duration::from_millis(80));
        Self { context, random, latency, documents: Arc::default(), connections: Arc::default() }
    }

    /// The same index over the connections of a sandbox.
    pub(crate) fn over(&self, connections: Arc<Connections>) -> Self {
        Self { connections, ..self.clone() }
    }

    /// The documents at this moment: losses and refreshes that were due until now have happened.
    fn lock(&self) -> MutexGuard<'_, Documents> {
        let now = self.context.now();
        let losses = self.context.faults.index_losses(now);
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        for at in losses.into_iter().skip(documents.lost_at().len()) {
            documents.lose(at);
            self.context.faults.count("opensearch: index lost");
        }
        documents.refresh(now);
        documents
    }

    /// The documents that searches find, after a refresh.
    pub(crate) fn documents(&self) -> Vec<IndexedMessage> {
        let mut documents = self.lock();
        documents.apply_pending(self.context.now());
        documents.all()
    }

    /// Changes a document at once, without a call.
    pub(crate) fn put(&self, change: &IndexChange) {
        self.lock().change(change, self.context.now());
    }

    /// When each message became searchable first.
    pub(crate) fn searchable(&self) -> BTreeMap<MessageId, Duration> {
        let mut documents = self.lock();
        documents.apply_pending(self.context.now());
        documents.searchable()
    }

    /// The messages that the index held, or whose removal it remembered, when it was lost. Nothing brings them back but a
    /// later write to the same message: the functions create an index that is missing, but do not fill it.
    pub(crate) fn lost(&self) -> BTreeSet<MessageId> {
        self.lock().lost().clone()
    }
}
