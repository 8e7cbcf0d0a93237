//! What the functions need from the outside, one capability a trait.
//!
//! A function's ports and its IAM policy say the same. Each port has one suite of contract tests,
//! run against its [fake](crate::fake) and against the real service.

use std::future::Future;

use crate::{
    Application, Chat, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, Effects,
    Hit, IndexChange, IndexRequest, IndexedMessage, Message, MessageId, MessageNumber, Name, Page,
    PageRequest, Revision, Row, SearchText, Tally, Ticket, Timestamp, Token, UpdateMessage, Write,
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

/// The place of a write among the writes of its parent, where it uses no new number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub revision: Revision,
    pub ticket: Ticket,
}

pub trait CreateApplications: Send + Sync {
    /// Stores a new application and opens the counter of its chats, both or neither; does nothing where
    /// they are there. The error tells whether it is certain that nothing happened.
    fn create(&self, application: &Application) -> impl Future<Output = Result<(), SendError>> + Send;
}

pub trait RenameApplications: Send + Sync {
    /// Gives the application another name; `None` where there is no such application. It is stored before
    /// the answer.
    fn rename(
        &self,
        application: &Token,
        name: &Name,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<Application>, StoreError>> + Send;
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

pub trait CloseChats: Send + Sync {
    /// Closes a chat for good: nothing is numbered in it any more, and opening it does nothing.
    fn close(&self, chat: &ChatId) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait ReviseChats: Send + Sync {
    /// Gives a write to the application's chats its turn; `None` where there is no such application. Where
    /// it fails, it has tried to take back what it may have given out.
    fn revise(&self, application: &Token) -> impl Future<Output = Result<Option<Turn>, StoreError>> + Send;

    /// Takes back a turn that no write used, if it is still the last. Does nothing otherwise.
    fn give_turn_back(
        &self,
        application: &Token,
        turn: &Turn,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
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

pub trait ReviseMessages: Send + Sync {
    /// Gives a write to a message its turn; `None` where the chat is not open or has not given out the
    /// message's number. Where it fails, it has tried to take back what it may have given out.
    fn revise(&self, id: &MessageId) -> impl Future<Output = Result<Option<Turn>, StoreError>> + Send;

    /// Takes back a turn that no write used, if it is still the last. Does nothing otherwise.
    fn give_turn_back(
        &self,
        chat: &ChatId,
        turn: &Turn,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What the counters know: which parents exist and which numbers they gave out.
pub trait ReadCounters: Send + Sync {
    /// The highest chat number given out; `None` where there is no such application.
    fn last_chat(&self, application: &Token) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// The highest message number given out; `None` where the chat is not open.
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

pub trait StoreChats: Send + Sync {
    /// Stores the chat's row, unless it is there or was deleted. Answers what this write adds to
    /// `chats_count`: the same at every delivery.
    fn create(&self, write: &CreateChat) -> impl Future<Output = Result<i64, StoreError>> + Send;

    /// Leaves a tombstone in place of the chat's row. Answers what this write adds to `chats_count`: the
    /// same at every delivery.
    fn delete(&self, write: &DeleteChat) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// What applying a write to a message's row came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What the write adds to the chat's `messages_count`: the same at every delivery.
    pub delta: i64,
    /// How the index is to show the row as it is now; `None` where there is nothing to show yet.
    pub change: Option<IndexChange>,
}

pub trait StoreMessages: Send + Sync {
    /// Stores the message's row, unless it is there or was deleted.
    fn create(&self, write: &CreateMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;

    /// Gives the row the write's body, unless a later update did or it was deleted. Where the row is not
    /// created yet, the body waits for that, unseen.
    fn update(&self, write: &UpdateMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;

    /// Leaves a tombstone in place of the row, whether it is there yet or not.
    fn delete(&self, write: &DeleteMessage) -> impl Future<Output = Result<Applied, StoreError>> + Send;
}

pub trait SweepMessages: Send + Sync {
    /// Some of the rows that a chat has, tombstones included, at most 100; none where none is left.
    fn some_of(&self, chat: &ChatId) -> impl Future<Output = Result<Vec<MessageId>, StoreError>> + Send;

    /// Removes rows without a trace. Only for chats that are deleted: the chat's tombstone stands for all.
    fn purge(&self, messages: &[MessageId]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Whether effects were brought into a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    In,
    /// What they would be counted in was deleted.
    Gone,
}

pub trait CountMessages: Send + Sync {
    /// The chat's count as it stands; `None` where the chat was deleted.
    fn tally(&self, chat: &ChatId) -> impl Future<Output = Result<Option<Tally>, StoreError>> + Send;

    /// Brings those effects into the chat's `messages_count` that are not in it yet, exactly once.
    /// `seen` is the count as it was seen last, and `latest` the time of the newest of these writes.
    fn count(
        &self,
        chat: &ChatId,
        seen: Tally,
        effects: &Effects,
        latest: Timestamp,
    ) -> impl Future<Output = Result<Counted, StoreError>> + Send;
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
    fn chat(&self, id: &ChatId) -> impl Future<Output = Result<Row<Chat>, StoreError>> + Send;

    fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> impl Future<Output = Result<Page<Chat, ChatNumber>, StoreError>> + Send;
}

pub trait ReadMessages: Send + Sync {
    fn message(&self, id: &MessageId) -> impl Future<Output = Result<Row<Message>, StoreError>> + Send;

    fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> impl Future<Output = Result<Page<Message, MessageNumber>, StoreError>> + Send;
}

pub trait IndexMessages: Send + Sync {
    /// Makes the changes in one request, creating the index where it is missing. Answers which of them
    /// (by place) could not be made.
    fn index(&self, changes: &[IndexChange]) -> impl Future<Output = Result<Vec<usize>, StoreError>> + Send;
}

pub trait DeferIndexing: Send + Sync {
    /// Queues changes of the index to be made later, for up to 14 days.
    fn defer(&self, requests: &[IndexRequest]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait ReadCurrent: Send + Sync {
    /// The message as it is stored at this moment.
    fn current(&self, id: &MessageId)
    -> impl Future<Output = Result<Row<IndexedMessage>, StoreError>> + Send;
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
