use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::{HitCursor, IndexMessages, IndexedMessage, SearchMessages, StoreError};
use crate::{ChatId, Hit, MessageId, Order, Page, PageRequest, SearchText};

/// An index that finds a text inside a body, whatever the case. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeIndex {
    pub faults: Faults,
    documents: Arc<Mutex<BTreeMap<MessageId, IndexedMessage>>>,
}

impl FakeIndex {
    #[must_use]
    pub fn documents(&self) -> Vec<IndexedMessage> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<MessageId, IndexedMessage>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IndexMessages for FakeIndex {
    async fn index(&self, messages: &[IndexedMessage]) -> Result<Vec<usize>, StoreError> {
        self.faults.around(|| {
            let mut documents = self.lock();
            for message in messages {
                let id = message.id();
                if documents.get(&id).is_none_or(|stored| stored.revision < message.revision) {
                    documents.insert(id, message.clone());
                }
            }
            Vec::new()
        })
    }
}

impl SearchMessages for FakeIndex {
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError> {
        self.faults.around(|| {
            let wanted = text.as_str().to_lowercase();
            let after = page.after.map(|cursor| cursor.number);
            let beyond = |number| match (after, page.order) {
                (None, _) => true,
                (Some(after), Order::Ascending) => number > after,
                (Some(after), Order::Descending) => number < after,
            };
            let documents = self.lock();
            let mut hits: Vec<Hit> = documents
                .values()
                .filter(|document| document.chat == *chat && beyond(document.message.number))
                .filter(|document| document.message.body.as_str().to_lowercase().contains(&wanted))
                .map(|document| Hit { message: document.message.clone(), score: 1.0, highlights: Vec::new() })
                .collect();
            if page.order == Order::Descending {
                hits.reverse();
            }
            Page::from_lookahead(hits, page.limit, |hit| HitCursor::from(hit))
        })
    }
}
