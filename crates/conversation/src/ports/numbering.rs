//! Counters: which parents exist, and what they gave out.

use std::future::Future;

use super::StoreError;
use crate::{ChatId, ChatNumber, MessageId, MessageNumber, Revision, Ticket, Token};

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
    /// Opens the counter of a chat's messages, which lets messages in. Opening it again does nothing. Who
    /// holds the ticket can take that back.
    fn open(&self, chat: &ChatId, ticket: &Ticket) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Opens the counter, or leaves it open, so that its opener cannot take that back any more. A chat that
    /// was deleted stays closed.
    fn open_for_good(&self, chat: &ChatId) -> impl Future<Output = Result<(), StoreError>> + Send;
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
