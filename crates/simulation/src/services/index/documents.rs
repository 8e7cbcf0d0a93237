use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use conversation::{ChatId, IndexChange, IndexedMessage, Message, MessageId, MessageNumber, Order, Revision};

/// How often the index makes its changes visible to searches: `refresh_interval` in `opensearch-index/src/mapping.json`.
/// Source: <https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/>
const REFRESH: Duration = Duration::from_millis(500);
/// How long the index remembers the version of a removal: `gc_deletes` in the same files.
const REMEMBERED: Duration = Duration::from_hours(1);

/// What the index holds under the id of a message.
#[derive(Debug, Clone)]
enum Document {
    Live {
        message: Message,
        revision: Revision,
    },
    /// Removed at this time. The version of a removal is higher than that of every document.
    Removed(Duration),
}

/// The documents of the index, by chat.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Whether the index exists: before the first write, and after it was lost, it does not.
    pub(super) exists: bool,
    /// As searches see them.
    visible: BTreeMap<ChatId, BTreeMap<MessageNumber, Document>>,
    /// Changes since the last refresh.
    pending: BTreeMap<MessageId, Document>,
    /// When the last refresh was, in refresh intervals since the start.
    refreshed: u32,
    /// When each message became searchable first.
    searchable: BTreeMap<ChatId, BTreeMap<MessageNumber, Duration>>,
    lost: BTreeSet<MessageId>,
    lost_at: Vec<Duration>,
    /// The present second, and how many documents came in it.
    second: u64,
    indexed: u32,
}

impl Documents {
    /// Makes changes of earlier refresh intervals visible.
    pub(super) fn refresh(&mut self, now: Duration) {
        let interval = u32::try_from(now.as_millis() / REFRESH.as_millis()).unwrap_or(u32::MAX);
        if interval > self.refreshed {
            self.apply_pending(REFRESH * (self.refreshed + 1));
            self.refreshed = interval;
        }
    }

    pub(super) fn apply_pending(&mut self, at: Duration) {
        for (id, document) in std::mem::take(&mut self.pending) {
            if matches!(document, Document::Live { .. }) {
                let of_chat = self.searchable.entry(id.chat.clone()).or_default();
                of_chat.entry(id.message).or_insert(at);
            }
            self.visible.entry(id.chat).or_default().insert(id.message, document);
        }
    }

    fn document(&self, id: &MessageId) -> Option<&Document> {
        let visible = || self.visible.get(&id.chat)?.get(&id.message);
        self.pending.get(id).or_else(visible)
    }

    pub(super) fn change(&mut self, change: &IndexChange, now: Duration) {
        let id = change.id();
        let document = match change {
            IndexChange::Remove(_) => Document::Removed(now),
            IndexChange::Put(IndexedMessage { message, revision, .. }) => match self.document(&id) {
                Some(Document::Removed(at)) if now.saturating_sub(*at) < REMEMBERED => return,
                Some(Document::Live { revision: stored, .. }) if stored >= revision => return,
                _ => Document::Live { message: message.clone(), revision: *revision },
            },
        };
        self.pending.insert(id, document);
    }

    /// Whether the index takes one more document in this second.
    pub(super) fn admits(&mut self, limit: u32, now: Duration) -> bool {
        if self.second != now.as_secs() {
            (self.second, self.indexed) = (now.as_secs(), 0);
        }
        self.indexed += 1;
        self.indexed <= limit
    }

    /// Loses the index: documents, and the versions of removals.
    pub(super) fn lose(&mut self, at: Duration) {
        let visible = std::mem::take(&mut self.visible);
        for (chat, documents) in visible {
            let ids = documents.into_keys().map(|message| MessageId { chat: chat.clone(), message });
            self.lost.extend(ids);
        }
        self.lost.extend(std::mem::take(&mut self.pending).into_keys());
        self.lost_at.push(at);
        self.exists = false;
    }

    pub(super) fn lost(&self) -> &BTreeSet<MessageId> {
        &self.lost
    }

    pub(super) fn lost_at(&self) -> &[Duration] {
        &self.lost_at
    }

    /// The messages of a chat that searches see, in this order, starting after `after`.
    pub(super) fn of_chat(
        &self,
        chat: &ChatId,
        after: Option<MessageNumber>,
        order: Order,
    ) -> impl Iterator<Item = &Message> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = match order {
            Order::Ascending => (after, Bound::Unbounded),
            Order::Descending => (Bound::Unbounded, after),
        };
        let mut documents = self.visible.get(chat).map(|documents| documents.range(range));
        std::iter::from_fn(move || {
            let documents = documents.as_mut()?;
            match order {
                Order::Ascending => documents.next(),
                Order::Descending => documents.next_back(),
            }
        })
        .filter_map(|(_, document)| match document {
            Document::Live { message, .. } => Some(message),
            Document::Removed(_) => None,
        })
    }

    /// All that searches see.
    pub(super) fn all(&self) -> Vec<IndexedMessage> {
        let of_chat = |(chat, documents): (&ChatId, &BTreeMap<MessageNumber, Document>)| {
            let live = documents.values().filter_map(|document| match document {
                Document::Live { message, revision } => Some((message.clone(), *revision)),
                Document::Removed(_) => None,
            });
            let chat = chat.clone();
            live.map(move |(message, revision)| IndexedMessage { chat: chat.clone(), message, revision })
                .collect::<Vec<_>>()
        };
        self.visible.iter().flat_map(of_chat).collect()
    }

    pub(super) fn searchable(&self) -> BTreeMap<MessageId, Duration> {
        let of_chat = |(chat, times): (&ChatId, &BTreeMap<MessageNumber, Duration>)| {
            let chat = chat.clone();
            let entry = move |(message, at): (&MessageNumber, &Duration)| {
                (MessageId { chat: chat.clone(), message: *message }, *at)
            };
            times.iter().map(entry).collect::<Vec<_>>()
        };
        self.searchable.iter().flat_map(of_chat).collect()
    }
}
