use std::collections::BTreeMap;
use std::time::Duration;

use super::client_write::ClientWrite;
use super::creations::Creations;
use super::deletion::Deletion;
use crate::history::{ApplicationKey, ChatKey, History, MessageKey, Outcome, Reply, Request};

/// The writes of a history, by what they change.
#[derive(Debug, Default)]
pub(super) struct Writes<'h> {
    pub(super) creations: Vec<ClientWrite<'h>>,
    /// Positions of the creations that were accepted.
    created: BTreeMap<ApplicationKey, usize>,
    pub(super) applications: BTreeMap<ApplicationKey, ApplicationWrites<'h>>,
    pub(super) chats: BTreeMap<ChatKey, ChatWrites<'h>>,
    /// Messages that somebody wanted to change.
    pub(super) messages: BTreeMap<MessageKey, MessageWrites<'h>>,
}

#[derive(Debug, Default)]
pub(super) struct ApplicationWrites<'h> {
    pub(super) renames: Vec<ClientWrite<'h>>,
    pub(super) rotations: Vec<ClientWrite<'h>>,
    pub(super) deletions: Vec<ClientWrite<'h>>,
    pub(super) chats: Creations<'h>,
}

#[derive(Debug, Default)]
pub(super) struct ChatWrites<'h> {
    pub(super) deletions: Vec<ClientWrite<'h>>,
    pub(super) messages: Creations<'h>,
}

#[derive(Debug, Default)]
pub(super) struct MessageWrites<'h> {
    pub(super) updates: Vec<ClientWrite<'h>>,
    pub(super) deletions: Vec<ClientWrite<'h>>,
}

impl<'h> Writes<'h> {
    pub(super) fn of(history: &'h History) -> Self {
        let mut writes = Self::default();
        for write in ClientWrite::all(history) {
            writes.insert(write);
        }
        writes
    }

    fn insert(&mut self, write: ClientWrite<'h>) {
        match write.request() {
            Request::CreateApplication { .. } => {
                let accepted = write.accepted().map(|accepted| &accepted.outcome);
                if let Some(Outcome::Ok(Reply::Application(key))) = accepted {
                    self.created.insert(*key, self.creations.len());
                }
                self.creations.push(write);
            }
            Request::RenameApplication { application, .. } => {
                self.applications.entry(*application).or_default().renames.push(write);
            }
            Request::DeleteApplication { application } => {
                self.applications.entry(*application).or_default().deletions.push(write);
            }
            Request::RotateToken { application } => {
                self.applications.entry(*application).or_default().rotations.push(write);
            }
            Request::CreateChat { application } => {
                self.applications.entry(*application).or_default().chats.push(write);
            }
            Request::DeleteChat { chat } => self.chats.entry(*chat).or_default().deletions.push(write),
            Request::CreateMessage { chat, .. } => self.chats.entry(*chat).or_default().messages.push(write),
            Request::UpdateMessage { message, .. } => {
                self.messages.entry(*message).or_default().updates.push(write);
            }
            Request::DeleteMessage { message } => {
                self.messages.entry(*message).or_default().deletions.push(write);
            }
        }
    }

    /// The applications whose creation was accepted.
    pub(super) fn created_applications(&self) -> impl Iterator<Item = ApplicationKey> {
        self.created.keys().copied()
    }

    /// The creation that was accepted.
    pub(super) fn application(&self, key: ApplicationKey) -> Option<&ClientWrite<'h>> {
        self.created.get(&key).and_then(|position| self.creations.get(*position))
    }

    /// The creation that was accepted.
    pub(super) fn chat(&self, key: ChatKey) -> Option<&ClientWrite<'h>> {
        self.applications.get(&key.application)?.chats.numbered(key.number)
    }

    /// The creation that was accepted.
    pub(super) fn message(&self, key: MessageKey) -> Option<&ClientWrite<'h>> {
        self.chats.get(&key.chat)?.messages.numbered(key.number)
    }

    /// What changes a message.
    pub(super) fn changes(&self, message: MessageKey) -> (&[ClientWrite<'h>], &[ClientWrite<'h>]) {
        self.messages.get(&message).map_or((&[], &[]), |writes| (&writes.updates, &writes.deletions))
    }

    pub(super) fn application_deletion(&self, application: ApplicationKey) -> Deletion<'h> {
        self.applications.get(&application).map_or(Deletion::No, |writes| Deletion::of(&writes.deletions))
    }

    /// Whether the chat was deleted, alone or with its application.
    pub(super) fn chat_deletion(&self, chat: ChatKey) -> Deletion<'h> {
        let alone = self.chats.get(&chat).map_or(Deletion::No, |writes| Deletion::of(&writes.deletions));
        alone.or(self.application_deletion(chat.application))
    }

    /// Whether the message was deleted, alone or with what contains it.
    pub(super) fn message_deletion(&self, message: MessageKey) -> Deletion<'h> {
        Deletion::of(self.changes(message).1).or(self.chat_deletion(message.chat))
    }

    /// The bodies that a message may have had by `end`: of its creation, or of any creation in its chat with an unknown
    /// outcome, and of its updates.
    pub(super) fn bodies(&self, message: MessageKey, end: Duration) -> impl Iterator<Item = &'h str> {
        let created = self.message(message);
        let in_chat = self.chats.get(&message.chat).filter(|_| created.is_none());
        let unknown = in_chat.into_iter().flat_map(|writes| writes.messages.unknown());
        let updates = self.changes(message).0.iter().filter(|update| !update.is_refused());
        let sent = created.into_iter().chain(unknown).chain(updates);
        sent.filter(move |write| write.start() < end).map(ClientWrite::value)
    }

    /// All creations: of applications, chats and messages.
    pub(super) fn all_creations(&self) -> impl Iterator<Item = &ClientWrite<'h>> {
        let chats = self.applications.values().flat_map(|writes| writes.chats.all());
        let messages = self.chats.values().flat_map(|writes| writes.messages.all());
        self.creations.iter().chain(chats).chain(messages)
    }
}
