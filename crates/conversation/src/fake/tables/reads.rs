//! What readers see of the rows.

use super::{ChatRow, FakeTables, unsigned};
use crate::ports::{
    ApplicationCursor, IndexedMessage, ReadApplications, ReadChats, ReadCurrent, ReadMessages, StoreError,
};
use crate::{
    Application, Chat, ChatId, ChatNumber, CreateMessage, Message, MessageId, MessageNumber, Order, Page,
    PageRequest, Token,
};

/// The part of `items`, sorted upwards by `key`, that `page` asks for.
fn part<T, Key: PartialOrd>(
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
        self.faults.around(|| self.rows().applications.get(token).map(|row| row.application.clone()))
    }

    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError> {
        self.faults.around(|| {
            let mut all: Vec<Application> =
                self.rows().applications.values().map(|row| row.application.clone()).collect();
            let key = |application: &Application| (application.created_at, application.token.clone());
            all.sort_by_key(key);
            let after = page.after.clone().map(|cursor| (cursor.created_at, cursor.token));
            let Page { items, next } =
                part(all, &PageRequest { limit: page.limit, order: page.order, after }, key);
            Page { items, next: next.map(|(created_at, token)| ApplicationCursor { created_at, token }) }
        })
    }
}

fn chat_from(id: &ChatId, row: &ChatRow) -> Option<Chat> {
    let created = row.created.as_ref()?;
    Some(Chat {
        number: id.chat,
        messages_count: unsigned(row.messages_count),
        created_at: created.at,
        updated_at: row.updated_at.unwrap_or(created.at),
    })
}

impl ReadChats for FakeTables {
    async fn chat(&self, id: &ChatId) -> Result<Option<Chat>, StoreError> {
        self.faults.around(|| self.rows().chats.get(id).and_then(|row| chat_from(id, row)))
    }

    async fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_application = rows.chats.iter().filter(|(id, _)| id.application == *application);
            part(of_application.filter_map(|(id, row)| chat_from(id, row)).collect(), page, |chat| {
                chat.number
            })
        })
    }
}

fn message_from(write: &CreateMessage) -> Message {
    Message { number: write.id.message, body: write.body.clone(), created_at: write.at, updated_at: write.at }
}

impl ReadCurrent for FakeTables {
    async fn current(&self, id: &MessageId) -> Result<Option<IndexedMessage>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let write = rows.messages.get(id)?;
            let chat = id.chat.clone();
            Some(IndexedMessage { chat, message: message_from(write), revision: write.revision })
        })
    }
}

impl ReadMessages for FakeTables {
    async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        self.faults.around(|| self.rows().messages.get(id).map(message_from))
    }

    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> Result<Page<Message, MessageNumber>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_chat = rows.messages.values().filter(|write| write.id.chat == *chat);
            part(of_chat.map(message_from).collect(), page, |message| message.number)
        })
    }
}
