//! Values for tests.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "only tests call this")]

use crate::ports::KeyedRequest;
use crate::{
    Application, ApplicationId, Body, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat,
    DeleteMessage, IndexedMessage, Limit, Message, MessageId, MessageNumber, Name, Order, PageRequest,
    Revision, Timestamp, TokenVersion, UpdateMessage,
};

#[must_use]
pub fn application_id() -> ApplicationId {
    ApplicationId::random().unwrap()
}

#[must_use]
pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[must_use]
pub fn body(text: &str) -> Body {
    Body::parse(text.to_owned()).unwrap()
}

#[must_use]
pub fn revision(value: u64) -> Revision {
    Revision::new(value).unwrap()
}

/// A new application without chats.
#[must_use]
pub fn application(created_at: i64) -> Application {
    let at = Timestamp::from_millis(created_at);
    Application {
        id: application_id(),
        token_version: TokenVersion::FIRST,
        is_disabled: false,
        name: name("Tea house"),
        chats_count: 0,
        created_at: at,
        updated_at: at,
    }
}

#[must_use]
pub fn chat_id(application: &ApplicationId, number: u64) -> ChatId {
    ChatId { application: application.clone(), chat: ChatNumber::new(number).unwrap() }
}

#[must_use]
pub fn message_id(chat: &ChatId, number: u64) -> MessageId {
    MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() }
}

#[must_use]
pub fn create_chat(id: &ChatId, at_revision: u64, at: i64) -> CreateChat {
    CreateChat { id: id.clone(), revision: revision(at_revision), at: Timestamp::from_millis(at) }
}

#[must_use]
pub fn delete_chat(id: &ChatId, at_revision: u64) -> DeleteChat {
    DeleteChat { id: id.clone(), revision: revision(at_revision) }
}

/// At 1000 ms plus its number.
#[must_use]
pub fn create_message(chat: &ChatId, number: u64, at_revision: u64, text: &str) -> CreateMessage {
    let Message { body, created_at: at, .. } = message(number, text);
    CreateMessage { id: message_id(chat, number), revision: revision(at_revision), body, at }
}

/// A new message, created at 1000 ms plus its number.
#[must_use]
pub fn message(number: u64, text: &str) -> Message {
    let at = Timestamp::from_millis(1_000 + i64::try_from(number).unwrap());
    let number = MessageNumber::new(number).unwrap();
    Message { number, body: body(text), created_at: at, updated_at: at }
}

/// A new message, as the index should hold it.
#[must_use]
pub fn indexed_message(chat: &ChatId, number: u64, at_revision: u64, text: &str) -> IndexedMessage {
    IndexedMessage { chat: chat.clone(), message: message(number, text), revision: revision(at_revision) }
}

/// At 5000 ms.
#[must_use]
pub fn update_message(chat: &ChatId, number: u64, at_revision: u64, text: &str) -> UpdateMessage {
    UpdateMessage {
        id: message_id(chat, number),
        revision: revision(at_revision),
        body: body(text),
        at: Timestamp::from_millis(5_000),
    }
}

/// At 6000 ms.
#[must_use]
pub fn delete_message(chat: &ChatId, number: u64, at_revision: u64) -> DeleteMessage {
    DeleteMessage {
        id: message_id(chat, number),
        revision: revision(at_revision),
        at: Timestamp::from_millis(6_000),
    }
}

/// A creation under an idempotency key; other `fields` are another request.
#[must_use]
pub fn keyed_request(key: &str, fields: &str) -> KeyedRequest {
    KeyedRequest { id: key.to_owned(), fingerprint: fields.to_owned() }
}

/// The first page, ascending, of the default size.
#[must_use]
pub fn first_page<Cursor>() -> PageRequest<Cursor> {
    PageRequest { limit: Limit::default(), order: Order::Ascending, after: None }
}
