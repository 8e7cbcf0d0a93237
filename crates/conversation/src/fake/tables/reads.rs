//! Rows, as readers see them.

use super::FakeTables;
use super::rows::ApplicationRow;
use crate::ports::{
    ApplicationCursor, ReadApplications, ReadChats, ReadCurrentMessages, ReadMessages, StoreError,
};
use crate::{
    Application, Chat, ChatId, ChatNumber, IndexedMessage, Message, MessageId, MessageNumber, Order, Page,
    PageRequest, Row, Token,
};

/// The page of `items`, which are sorted by `key`.
fn page_of<T, Key: PartialOrd>(
    mut items: Vec<T>,
    page: &PageRequest<Key>,
    key: impl Fn(&T) -> Key,
) -> Page<T, Key> {
    items.retain(|item| match (&page.after, page.order) {
        (None, _) => true,
        (Some(after), Order::Ascending) => key(item) > *after,
        (Some(after), Order::Descending) => key(item) < *after,
    });
    if page.order == Order::Descending {
        items.reverse();
    }
    Page::from_lookahead(items, page.limit, key)
}

impl ReadApplications for FakeTables {
    async fn application(&self, token: &Token) -> Result<Option<Application>, StoreError> {
        self.faults.around(|| self.rows().applications.get(token).map(ApplicationRow::read))
    }

    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError> {
        self.faults.around(|| {
            let mut all: Vec<Application> =
                self.rows().applications.values().map(ApplicationRow::read).collect();
            let key = |application: &Application| (application.created_at, application.token.clone());
            all.sort_by_key(key);
            let after = page.after.clone().map(|cursor| (cursor.created_at, cursor.token));
            let Page { items, next } =
                page_of(all, &PageRequest { limit: page.limit, order: page.order, after }, key);
            Page { items, next: next.map(|(created_at, token)| ApplicationCursor { created_at, token }) }
        })
    }
}

impl ReadChats for FakeTables {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError> {
        self.faults.around(|| self.rows().chats.get(id).map_or(Row::Absent, |row| row.read(id.chat)))
    }

    async fn chats(
        &self,
        application: &Token,
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
    ) -> Result<Page<Message, MessageNumber>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_chat = rows.messages.iter().filter(|(id, _)| id.chat == *chat);
            let live = of_chat.filter_map(|(id, row)| row.read(id).live());
            page_of(live.map(|indexed| indexed.message).collect(), page, |message| message.number)
        })
    }
}
