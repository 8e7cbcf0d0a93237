//! What the functions need from the outside, one capability a trait.
//!
//! A function's ports and its IAM policy say the same. Each port has one suite of contract tests,
//! run against its [fake](crate::fake) and against the real service.

use std::future::Future;

use crate::{
    Application, Chat, ChatId, ChatNumber, CreateChat, CreateMessage, Effects, Hit, Message, MessageId,
    MessageNumber, Page, PageRequest, Revision, SearchText, Ticket, Timestamp, Token, Write,
};

/// A store could not do what was asked; the adapter's error is inside, for the log alone.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Why a write is not known to have been taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It certainly was not taken.
    #[error("the write was not taken")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer was lost: it may have been taken.
    #[error("it is unknown whether the write was taken")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A number that was given out, with the revision of the write that will use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation<Number> {
    pub number: Number,
    pub revision: Revision,
    pub ticket: Ticket,
}

pub trait CreateApplications: Send + Sync {
    /// Stores a new application and opens the counter of its chats, both or neither. The error tells
    /// whether that is certain.
    fn create(&self, application: &Application) -> impl Future<Output = Result<(), SendError>> + Send;
}

pub trait NumberChats: Send + Sync {
    /// Gives out the application's next chat number; `None` where there is no such application. Where
    /// it fails, it has tried to take back what it may have given out.
    fn allocate(
        &self,
        application: &Token,
    ) -> impl Future<Output = Result<Option<Allocation<ChatNumber>>, StoreError>> + Send;

    /// Takes back a number that no write used, if it is still the highest. Does nothing otherwise.
    fn give_back(
        &self,
        application: &Token,
        allocation: &Allocation<ChatNumber>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait OpenChats: Send + Sync {
    /// Opens the counter of a chat's messages, which lets messages in. Opening it again does nothing.
    /// Only who opens it with a ticket can close it again.
    fn open(
        &self,
        chat: &ChatId,
        ticket: Option<&Ticket>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait UnopenChats: Send + Sync {
    /// Removes the counter that was opened with this ticket, unless a message was numbered in it.
    /// Answers whether the chat is closed now.
    fn unopen(&self, chat: &ChatId, ticket: &Ticket)
    -> impl Future<Output = Result<bool, StoreError>> + Send;
}

pub trait NumberMessages: Send + Sync {
    /// Gives out the chat's next message number; `None` where there is no such chat. Where it fails, it
    /// has tried to take back what it may have given out.
    fn allocate(
        &self,
        chat: &ChatId,
    ) -> impl Future<Output = Result<Option<Allocation<MessageNumber>>, StoreError>> + Send;

    /// Takes back a number that no write used, if it is still the highest. Does nothing otherwise.
    fn give_back(
        &self,
        chat: &ChatId,
        allocation: &Allocation<MessageNumber>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What the counters know: which parents exist and which numbers they gave out.
pub trait ReadCounters: Send + Sync {
    /// The highest chat number given out; `None` where there is no such application.
    fn last_chat(&self, application: &Token) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// The highest message number given out; `None` where there is no such chat.
    fn last_message(&self, chat: &ChatId) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;
}

pub trait SendWrites: Send + Sync {
    /// Puts a write on the queue, behind those of its chat that were sent before.
    fn send(&self, write: &Write) -> impl Future<Output = Result<(), SendError>> + Send;
}

pub trait BuryRecords: Send + Sync {
    /// Puts a record that can never be applied into the dead-letter queue, with the reason.
    /// Burying the record of one `id` again within five minutes does nothing.
    fn bury(
        &self,
        id: &str,
        group: &str,
        record: &str,
        reason: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What storing a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The row is there because of this write: made now, or at an earlier delivery.
    ByThisWrite,
    /// Another write holds the row, and it stays as it is.
    ByAnother,
}

pub trait StoreChats: Send + Sync {
    /// Stores the chat's row, unless it is there.
    fn store(&self, write: &CreateChat) -> impl Future<Output = Result<Stored, StoreError>> + Send;
}

pub trait StoreMessages: Send + Sync {
    /// Stores the message's row, unless it is there.
    fn store(&self, write: &CreateMessage) -> impl Future<Output = Result<Stored, StoreError>> + Send;
}

pub trait CountMessages: Send + Sync {
    /// Brings those effects into the chat's `messages_count` that are not in it yet, exactly once.
    /// `latest` is the time of the newest of these writes.
    fn count(
        &self,
        chat: &ChatId,
        effects: &Effects,
        latest: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait CountChats: Send + Sync {
    /// Brings those effects into the application's `chats_count` that are not in it yet, exactly once.
    fn count(
        &self,
        application: &Token,
        effects: &Effects,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait ReadApplications: Send + Sync {
    fn application(
        &self,
        token: &Token,
    ) -> impl Future<Output = Result<Option<Application>, StoreError>> + Send;

    /// Applications by the time of their creation.
    fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> impl Future<Output = Result<Page<Application, ApplicationCursor>, StoreError>> + Send;
}

/// The place of an application in the list of all: when it was created, and its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationCursor {
    pub created_at: Timestamp,
    pub token: Token,
}

pub trait ReadChats: Send + Sync {
    fn chat(&self, id: &ChatId) -> impl Future<Output = Result<Option<Chat>, StoreError>> + Send;

    fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> impl Future<Output = Result<Page<Chat, ChatNumber>, StoreError>> + Send;
}

pub trait ReadMessages: Send + Sync {
    fn message(&self, id: &MessageId) -> impl Future<Output = Result<Option<Message>, StoreError>> + Send;

    fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> impl Future<Output = Result<Page<Message, MessageNumber>, StoreError>> + Send;
}

/// A message as the index is to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedMessage {
    pub chat: ChatId,
    pub message: Message,
    /// The row's revision: an older one never replaces a newer one in the index.
    pub revision: Revision,
}

impl IndexedMessage {
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId { chat: self.chat.clone(), message: self.message.number }
    }
}

pub trait IndexMessages: Send + Sync {
    /// Brings the messages into the index in one request, creating the index where it is missing.
    /// Answers which of them (by place) could not be indexed.
    fn index(
        &self,
        messages: &[IndexedMessage],
    ) -> impl Future<Output = Result<Vec<usize>, StoreError>> + Send;
}

pub trait DeferIndexing: Send + Sync {
    /// Queues messages to be indexed later, as they are then, for up to 14 days.
    fn defer(&self, messages: &[&IndexedMessage]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait ReadCurrent: Send + Sync {
    /// The message as it is stored at this moment; `None` where there is none.
    fn current(
        &self,
        id: &MessageId,
    ) -> impl Future<Output = Result<Option<IndexedMessage>, StoreError>> + Send;
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

impl From<&Application> for ApplicationCursor {
    fn from(application: &Application) -> Self {
        Self { created_at: application.created_at, token: application.token.clone() }
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
