//! Rows, as readers see them.

use std::collections::BTreeMap;

use super::FakeTables;
use crate::ports::{
    FindLaterMessages, LATER_ROWS, ReadChats, ReadCurrentBatches, ReadCurrentMessages, ReadMessages,
    StoreError,
};
use crate::{
    ApplicationId, Chat, ChatId, ChatNumber, GapCheck, IndexedMessage, Message, MessageId, MessageNumber,
    Order, Page, PageRequest, Row, Timestamp,
};

/// Whether `one` comes before `other` in this order.
fn precedes<Key: PartialOrd>(order: Order, one: &Key, other: &Key) -> bool {
    match order {
        Order::Ascending => one < other,
        Order::Descending => one > other,
    }
}

/// The page of `items`, which are sorted by `key`.
pub(super) fn page_of<T, Key: PartialOrd>(
    mut items: Vec<T>,
    page: &PageRequest<Key>,
    key: impl Fn(&T) -> Key,
) -> Page<T, Key> {
    items.retain(|item| page.after.as_ref().is_none_or(|after| precedes(page.order, after, &key(item))));
    if page.order == Order::Descending {
        items.reverse();
    }
    Page::from_lookahead(items, page.limit, key)
}

impl ReadChats for FakeTables {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError> {
        self.faults.around(|| self.rows().chats.get(id).map_or(Row::Absent, |row| row.read(id.chat)))
    }

    async fn chats(
        &self,
        application: &ApplicationId,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_application = rows.chats.iter().filter(|(id, _)| id.application == *application);
            let live = of_application.filter_map(|(id, row)| row.read(id.chat).live());
            page_of(live.collect(), page, |chat| chat.number)
        })
    }
}

impl ReadCurrentMessages for FakeTables {
    async fn current_message(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError> {
        self.faults.around(|| self.rows().messages.get(id).map_or(Row::Absent, |row| row.read(id)))
    }
}

impl FindLaterMessages for FakeTables {
    async fn has_later_message(&self, id: &MessageId, before: Timestamp) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_chat = rows.messages.iter().filter(|(other, _)| other.chat == id.chat);
            let mut later = of_chat.filter(|(other, _)| other.message > id.message).take(LATER_ROWS.into());
            later.any(|(_, row)| row.created_at().is_some_and(|created_at| created_at < before))
        })
    }
}

impl ReadCurrentBatches for FakeTables {
    async fn current_messages(
        &self,
        ids: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Row<IndexedMessage>>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let row = |id| rows.messages.get(id).map_or(Row::Absent, |row| row.read(id));
            ids.iter().map(|id| (id.clone(), row(id))).collect()
        })
    }
}

impl ReadMessages for FakeTables {
    async fn message(&self, id: &MessageId) -> Result<Row<Message>, StoreError> {
        self.faults.around(|| match self.rows().messages.get(id).map(|row| row.read(id)) {
            Some(Row::Live(indexed)) => Row::Live(indexed.message),
            Some(Row::Deleted) => Row::Deleted,
            Some(Row::Absent) | None => Row::Absent,
        })
    }

    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
        now: Timestamp,
    ) -> Result<Page<Message, MessageNumber>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let precedes = |one, other| precedes(page.order, &one, &other);
            let of_chat = rows.messages.iter().filter(|(id, _)| id.chat == *chat);
            let ahead = of_chat.filter(|(id, _)| page.after.is_none_or(|after| precedes(after, id.message)));
            let mut gaps = GapCheck::new(page, now);
            let stored = ahead.filter(|(id, row)| row.read(id) != Row::Absent);
            let listed = stored.take_while(|(id, row)| gaps.admits(id.message, row.created_at()));
            let live = listed.filter_map(|(id, row)| row.read(id).live());
            page_of(live.map(|indexed| indexed.message).collect(), page, |message| message.number)
        })
    }
}
