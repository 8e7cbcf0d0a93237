//! The index of messages.

use std::future::Future;

use super::StoreError;
use crate::{ChatId, Hit, IndexChange, MessageNumber, Page, PageRequest, SearchText};

pub trait IndexMessages: Send + Sync {
    /// Makes the changes in one request, creating the index where it is missing. Answers which of them
    /// (by place) could not be made.
    fn index(&self, changes: &[IndexChange]) -> impl Future<Output = Result<Vec<usize>, StoreError>> + Send;
}

/// The place of a hit among all hits of a search: how well it matched, then its number.
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

pub trait SearchMessages: Send + Sync {
    /// The messages of one chat that match, best first; among equals in the order asked for.
    fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> impl Future<Output = Result<Page<Hit, HitCursor>, StoreError>> + Send;
}
