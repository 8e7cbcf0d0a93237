use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_types::SdkConfig;
use conversation::ports::{INDEX_STATE_TTL, ReadIndexState, RecordFirstIndex};
use conversation::{IndexGeneration, IndexState, Timestamp};
use function_environment::Environment;
use function_log::{ALWAYS, Metric, Metrics};

use crate::ClientError;
use crate::client::{IndexClient, TIMEOUT};
use crate::creation::Use;
use crate::errors::IndexError;

/// The index of messages: what the functions search and change.
///
/// A rebuild replaces the index by another one. `State` tells which indexes take changes, and whether a missing index is the first one, which
/// is then created, or a lost one, which never is: an empty index would hide that messages are missing.
#[derive(Debug, Clone)]
pub struct MessageIndex<State> {
    pub(crate) client: IndexClient,
    pub(crate) state: State,
    known: Arc<Known>,
}

/// What this process knows about the indexes.
#[derive(Debug, Default)]
struct Known {
    /// The state, and when it was read.
    state: Mutex<Option<(IndexState, Timestamp)>>,
    /// Whether this process has seen the index that searches use.
    has_seen_index: AtomicBool,
}

impl<State> MessageIndex<State> {
    /// The index behind `OPENSEARCH_ALIAS` in the domain of `OPENSEARCH_ENDPOINT`. The function's credentials sign the
    /// requests.
    ///
    /// # Errors
    /// [`ClientError::Config`] if a variable is missing, the endpoint is not an `http` or `https` URL, or the alias is not a
    /// name that OpenSearch allows.
    pub fn from_environment(environment: &Environment, state: State) -> Result<Self, ClientError> {
        IndexClient::from_environment(environment).map(|client| Self::new(client, state))
    }

    /// The index behind `alias`; the indexes themselves are named `{alias}-v{generation}`. For tests that need an index of their own.
    ///
    /// # Errors
    /// [`ClientError::Build`] if `endpoint` is not a URL, or `config` has no credentials or no region.
    pub fn with_alias(
        config: &SdkConfig,
        endpoint: &str,
        alias: &str,
        state: State,
    ) -> Result<Self, ClientError> {
        IndexClient::at(config, endpoint, alias, TIMEOUT).map(|client| Self::new(client, state))
    }

    pub(crate) fn new(client: IndexClient, state: State) -> Self {
        Self { client, state, known: Arc::default() }
    }

    /// As in a process that has seen the index.
    #[cfg(test)]
    pub(crate) fn after_first_use(self) -> Self {
        self.known.has_seen_index.store(true, Ordering::Relaxed);
        self
    }
}

impl<State: ReadIndexState> MessageIndex<State> {
    /// What a missing index means: an error if it was lost.
    pub(crate) async fn require_no_index_yet(&self) -> Result<(), IndexError> {
        match self.state.index_state().await.map_err(IndexError::State)? {
            Some(state) => Err(self.lost(state.current)),
            None => Ok(()),
        }
    }

    pub(crate) fn lost(&self, generation: IndexGeneration) -> IndexError {
        let index = self.client.index_name(generation);
        let metrics = Metrics::default().count(Metric::IndexLost, 1);
        tracing::error!(target: ALWAYS, %metrics, index, "the OpenSearch index {index} is lost; rebuild it from the tables: chatlog index rebuild");
        IndexError::Lost
    }
}

impl<State: ReadIndexState + RecordFirstIndex> MessageIndex<State> {
    /// Makes sure that the index is there before it is changed, and returns the aliases that take the changes.
    ///
    /// A removal must not meet a missing index: a versioned deletion creates one, without our mapping and despite `require_alias`. Before its
    /// first change, a process looks for any change, so that a domain that ignores `require_alias` is noticed as well.
    pub(crate) async fn targets(&self, has_removal: bool) -> Result<Vec<String>, IndexError> {
        let state = self.current_state().await?;
        let mut targets = vec![self.client.alias.clone()];
        if has_removal || !self.known.has_seen_index.load(Ordering::Relaxed) {
            if !self.client.has_alias(&self.client.alias).await? {
                return Err(self.lost(state.current));
            }
            self.known.has_seen_index.store(true, Ordering::Relaxed);
        }
        if let Some(next) = state.next.map(|next| self.client.writes_alias(next))
            && (!has_removal || self.client.has_alias(&next).await?)
        {
            targets.push(next);
        }
        Ok(targets)
    }

    /// The state as it was within [`INDEX_STATE_TTL`]. The first index is created and recorded.
    async fn current_state(&self) -> Result<IndexState, IndexError> {
        let now = Timestamp::now();
        let known = *self.known.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |read_at: Timestamp| now.since(read_at).is_some_and(|age| age < INDEX_STATE_TTL);
        if let Some((state, read_at)) = known
            && is_fresh(read_at)
        {
            return Ok(state);
        }
        let recorded = self.state.index_state().await.map_err(IndexError::State)?;
        let state = match recorded {
            Some(state) => state,
            None => self.first_index().await?,
        };
        *self.known.state.lock().unwrap_or_else(PoisonError::into_inner) = Some((state, now));
        Ok(state)
    }

    /// Creates the first index, unless it is there, and records it.
    async fn first_index(&self) -> Result<IndexState, IndexError> {
        if !self.client.has_alias(&self.client.alias).await? {
            self.client.create(IndexGeneration::FIRST, Use::Searches).await?;
        }
        self.known.has_seen_index.store(true, Ordering::Relaxed);
        self.state.record_first_index().await.map_err(IndexError::State)?;
        Ok(IndexState::FIRST)
    }
}
