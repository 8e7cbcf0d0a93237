//! The search index, and what is recorded about it outside of OpenSearch.

use std::time::Duration;

use super::StoreError;
use crate::{ChatId, Hit, IndexChange, IndexState, MessageNumber, Page, PageRequest, SearchText};

/// How long a process may use the state of the index that it read. From this time on after a change of the state, no batch
/// begins that does not know the change.
pub const INDEX_STATE_TTL: Duration = Duration::from_secs(10);

#[trait_variant::make(Send)]
pub trait ReadIndexState: Send + Sync {
    /// The recorded state; `None` until the first index is recorded.
    async fn index_state(&self) -> Result<Option<IndexState>, StoreError>;
}

#[trait_variant::make(Send)]
pub trait RecordFirstIndex: Send + Sync {
    /// Records that the first index exists: from now on, a missing index is a lost one. Has no effect if a state is recorded.
    async fn record_first_index(&self) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait IndexMessages: Send + Sync {
    /// Makes the changes in one request. Returns the positions of the changes that were not made. Fails if the index did
    /// not respond, or had no room for any of them.
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError>;
}

/// The position of a hit among all hits of a search: its score, then its number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HitCursor {
    pub score: f64,
    pub number: MessageNumber,
}

impl From<&Hit> for HitCursor {
    fn from(hit: &Hit) -> Self {
        Self { score: hit.score, number: hit.message.number }
    }
}

#[trait_variant::make(Send)]
pub trait SearchMessages: Send + Sync {
    /// The messages of one chat that match the text, best first; equal scores in the order of the request.
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError>;
}
