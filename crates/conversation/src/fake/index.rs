use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::{HitCursor, IndexMessages, SearchMessages, StoreError};
use crate::{ChatId, Hit, IndexChange, IndexedMessage, MessageId, Order, Page, PageRequest, SearchText};

/// Every message that was indexed; `None` if it was removed.
type Documents = BTreeMap<MessageId, Option<IndexedMessage>>;

/// An index that finds substrings in any case. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeIndex {
    pub faults: Faults,
    documents: Arc<Mutex<Documents>>,
}

impl FakeIndex {
    #[must_use]
    pub fn documents(&self) -> Vec<IndexedMessage> {
        self.lock().values().flatten().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IndexMessages for FakeIndex {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        self.faults.around(|| {
            let mut documents = self.lock();
            for change in changes {
                let document = match change {
                    IndexChange::Remove(_) => None,
                    IndexChange::Put(message) => match documents.get(&message.id()) {
                        Some(None) => continue,
                        Some(Some(stored)) if stored.revision >= message.revision => continue,
                        _ => Some(message.clone()),
                    },
                };
                documents.insert(change.id(), document);
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
                .flatten()
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
