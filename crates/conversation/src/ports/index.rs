//! The search index.

use super::StoreError;
use crate::{ChatId, Hit, IndexChange, MessageNumber, Page, PageRequest, SearchText};

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
