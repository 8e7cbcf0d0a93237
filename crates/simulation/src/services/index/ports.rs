//! The ports of the functions on the index, as `opensearch-index` implements them.

use std::sync::Arc;

use conversation::ports::{HitCursor, IndexMessages, SearchMessages, StoreError};
use conversation::{ChatId, Hit, IndexChange, Message, Page, PageRequest, SearchText};

use super::Index;
use super::calls::CallError;

impl Index {
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
        let (changes, faults) = (Arc::clone(changes), self.context.faults.clone());
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

impl IndexMessages for Index {
    /// Makes sure before a removal that the index exists, and creates an index that a bulk request misses.
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
        match refused {
            Some(refused) if refused.len() == changes.len() => Err(StoreError::new(CallError::NoRoom)),
            refused => Ok(refused.unwrap_or_else(|| (0..changes.len()).collect())),
        }
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
            let hit =
                |message: &Message| Hit { message: message.clone(), score: 1.0, highlights: Vec::new() };
            found.take(limit.as_usize() + 1).map(hit).collect()
        });
        Ok(Page::from_lookahead(hits.await?, page.limit, |hit| HitCursor::from(hit)))
    }
}
