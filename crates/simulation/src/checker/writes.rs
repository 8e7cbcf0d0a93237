use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::client_write::ClientWrite;
use super::creations::Creations;
use crate::history::{
    ApplicationKey, ChatKey, History, MessageKey, Operation, Outcome, Reply, Request, Subject,
};

/// The writes of a history, by what they change.
#[derive(Debug, Default)]
pub(super) struct Writes<'h> {
    pub(super) creations: Vec<ClientWrite<'h>>,
    pub(super) applications: BTreeMap<ApplicationKey, ApplicationWrites<'h>>,
    pub(super) chats: BTreeMap<ChatKey, ChatWrites<'h>>,
    pub(super) messages: BTreeMap<MessageKey, MessageWrites<'h>>,
}

#[derive(Debug, Default)]
pub(super) struct ApplicationWrites<'h> {
    pub(super) renames: Vec<ClientWrite<'h>>,
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

/// Whether something was deleted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deletion<'h> {
    No,
    /// The outcome of a deletion is unknown.
    Possible,
    /// With the attempt that was accepted first.
    Accepted(&'h Operation),
}

impl<'h> Writes<'h> {
    pub(super) fn of(history: &'h History) -> Self {
        let mut writes = Self::default();
        for write in client_writes(history) {
            writes.insert(write);
        }
        writes
    }

    fn insert(&mut self, write: ClientWrite<'h>) {
        match write.request {
            Request::CreateApplication { .. } => self.creations.push(write),
            Request::RenameApplication { application, .. } => {
                self.applications.entry(*application).or_default().renames.push(write);
            }
            Request::DeleteApplication { application } => {
                self.applications.entry(*application).or_default().deletions.push(write);
            }
            // Which token is valid is secret, and no row shows it.
            Request::RotateToken { .. } => {}
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

    pub(super) fn application_deletion(&self, application: ApplicationKey) -> Deletion<'h> {
        self.applications.get(&application).map_or(Deletion::No, |writes| Deletion::of(&writes.deletions))
    }

    /// Whether the chat was deleted, alone or with its application.
    pub(super) fn chat_deletion(&self, chat: ChatKey) -> Deletion<'h> {
        let alone = self.chats.get(&chat).map_or(Deletion::No, |writes| Deletion::of(&writes.deletions));
        alone.or(self.application_deletion(chat.application))
    }

    /// The attempts that can explain the state of something, without those that were refused: its creation, its changes, and
    /// the deletions of what contains it.
    pub(super) fn about(&self, subject: &Subject) -> Vec<&'h Operation> {
        let mut writes: Vec<&ClientWrite<'h>> = Vec::new();
        let (application, chat, message) = match subject {
            Subject::Application(application) => (*application, None, None),
            Subject::Chat(chat) => (chat.application, Some(*chat), None),
            Subject::Message(message) => (message.chat.application, Some(message.chat), Some(*message)),
            Subject::Queue(_) | Subject::Region => return Vec::new(),
        };
        let of_application = self.applications.get(&application);
        let of_chat = chat.and_then(|chat| self.chats.get(&chat));
        if let Some(message) = message {
            writes.extend(of_chat.and_then(|of_chat| of_chat.messages.numbered(message.number)));
            let changes = self.messages.get(&message);
            writes.extend(
                changes.into_iter().flat_map(|changes| changes.updates.iter().chain(&changes.deletions)),
            );
        } else if let Some(chat) = chat {
            writes.extend(of_application.and_then(|parent| parent.chats.numbered(chat.number)));
        } else {
            writes
                .extend(self.creations.iter().find(|write| created_application(write) == Some(application)));
            writes.extend(of_application.into_iter().flat_map(|changes| &changes.renames));
        }
        writes.extend(of_chat.into_iter().flat_map(|changes| &changes.deletions));
        writes.extend(of_application.into_iter().flat_map(|changes| &changes.deletions));
        let attempts = writes.into_iter().flat_map(|write| write.attempts.iter().copied());
        attempts.filter(|attempt| !matches!(attempt.outcome, Outcome::Refused { .. })).collect()
    }

    /// All creations: of applications, chats and messages.
    pub(super) fn all_creations(&self) -> impl Iterator<Item = &ClientWrite<'h>> {
        let chats = self.applications.values().flat_map(|writes| writes.chats.all());
        let messages = self.chats.values().flat_map(|writes| writes.messages.all());
        self.creations.iter().chain(chats).chain(messages)
    }
}

impl<'h> Deletion<'h> {
    pub(super) fn of(deletions: &[ClientWrite<'h>]) -> Self {
        deletions.iter().fold(Self::No, |known, deletion| {
            let this = match deletion.accepted() {
                Some(accepted) => Self::Accepted(accepted),
                None if deletion.is_unknown() => Self::Possible,
                None => Self::No,
            };
            known.or(this)
        })
    }

    /// The more certain one; of two that were accepted, the earlier.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Accepted(one), Self::Accepted(two)) => {
                Self::Accepted(if two.end < one.end { two } else { one })
            }
            (Self::Accepted(one), _) | (_, Self::Accepted(one)) => Self::Accepted(one),
            (Self::Possible, _) | (_, Self::Possible) => Self::Possible,
            (Self::No, Self::No) => Self::No,
        }
    }
}

/// Attempts under one key belong together if they ask for the same thing.
fn client_writes(history: &History) -> Vec<ClientWrite<'_>> {
    let mut writes: Vec<ClientWrite<'_>> = Vec::new();
    let mut by_key: HashMap<(&Arc<str>, &Request), usize> = HashMap::new();
    for operation in &history.operations {
        let next = writes.len();
        let position = operation
            .idempotency_key
            .as_ref()
            .map_or(next, |key| *by_key.entry((key, &operation.request)).or_insert(next));
        match writes.get_mut(position) {
            Some(write) => write.attempts.push(operation),
            None => writes.push(ClientWrite { request: &operation.request, attempts: vec![operation] }),
        }
    }
    writes
}

/// The application that a creation made.
pub(super) fn created_application(write: &ClientWrite<'_>) -> Option<ApplicationKey> {
    match &write.accepted()?.outcome {
        Outcome::Ok(Reply::Application(application)) => Some(*application),
        _ => None,
    }
}
