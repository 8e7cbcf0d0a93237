use std::collections::BTreeMap;

use super::counter::Counter;
use crate::ports::{AppliedWrite, CreationOutcome, LastRotation};
use crate::{
    Application, ApplicationId, Body, Chat, ChatId, ChatNumber, CreateMessage, DeleteMessage, IndexChange,
    IndexedMessage, Ledger, Message, MessageId, Revision, Row, Timestamp, UpdateMessage,
};

#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) applications: BTreeMap<ApplicationId, ApplicationRow>,
    pub(super) chats: BTreeMap<ChatId, ChatRow>,
    pub(super) messages: BTreeMap<MessageId, MessageRow>,
    pub(super) chat_counters: BTreeMap<ApplicationId, Counter>,
    pub(super) message_counters: BTreeMap<ChatId, Counter>,
}

impl Rows {
    /// The counter of an application's chats, unless the application was deleted.
    pub(super) fn open_application(&mut self, application: &ApplicationId) -> Option<&mut Counter> {
        self.chat_counters.get_mut(application).filter(|counter| !counter.closed)
    }

    /// The chat's counter, if the chat is open.
    pub(super) fn open_counter(&mut self, chat: &ChatId) -> Option<&mut Counter> {
        self.message_counters.get_mut(chat).filter(|counter| !counter.closed)
    }
}

#[derive(Debug)]
pub(super) struct ApplicationRow {
    pub(super) application: Application,
    pub(super) chats_count: i64,
    pub(super) ledger: Ledger,
    pub(super) deleted: bool,
    pub(super) last_rotation: Option<LastRotation>,
}

impl ApplicationRow {
    pub(super) fn read(&self) -> Option<Application> {
        let application = Application { chats_count: readable(self.chats_count), ..self.application.clone() };
        (!self.deleted).then_some(application)
    }
}

/// A count is negative for a moment if a deletion is counted before its creation.
fn readable(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// What became of a creation: its delta, if the row that `created` made is its own.
pub(super) fn creation_outcome(
    created: Option<(Revision, Timestamp)>,
    own: (Revision, Timestamp),
) -> CreationOutcome<i64> {
    match created {
        Some(created) if created == own => CreationOutcome::Applied(1),
        Some(_) => CreationOutcome::NumberTaken,
        None => CreationOutcome::Applied(0),
    }
}

/// A chat's row. Its messages may be counted before the chat itself is stored.
#[derive(Debug, Default)]
pub(super) struct ChatRow {
    pub(super) created: Option<(Revision, Timestamp)>,
    pub(super) deleted: Option<Revision>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) messages_count: i64,
    pub(super) ledger: Ledger,
    pub(super) version: u64,
}

impl ChatRow {
    pub(super) fn read(&self, number: ChatNumber) -> Row<Chat> {
        match (self.deleted, self.created) {
            (Some(_), _) => Row::Deleted,
            (None, None) => Row::Absent,
            (None, Some((_, created_at))) => Row::Live(Chat {
                number,
                messages_count: readable(self.messages_count),
                created_at,
                updated_at: self.updated_at.unwrap_or(created_at),
            }),
        }
    }
}

/// A message's row. It may be updated or deleted before it is created.
#[derive(Debug, Default)]
pub(super) struct MessageRow {
    created: Option<(Revision, Timestamp)>,
    deleted: Option<Revision>,
    /// The body, with the revision and time of the write that brought it.
    body: Option<(Body, Revision, Timestamp)>,
    pub(super) is_swept: bool,
}

impl MessageRow {
    pub(super) fn create(&mut self, write: &CreateMessage) -> CreationOutcome<AppliedWrite> {
        if self.created.is_none() && self.deleted.is_none() {
            self.created = Some((write.revision, write.at));
            self.body.get_or_insert_with(|| (write.body.clone(), write.revision, write.at));
        }
        match creation_outcome(self.created, (write.revision, write.at)) {
            CreationOutcome::Applied(delta) => {
                CreationOutcome::Applied(AppliedWrite { delta, change: self.change(&write.id) })
            }
            CreationOutcome::NumberTaken => CreationOutcome::NumberTaken,
        }
    }

    pub(super) fn update(&mut self, write: &UpdateMessage) -> AppliedWrite {
        let newer = self.body.as_ref().is_none_or(|(_, revision, _)| *revision < write.revision);
        if self.deleted.is_none() && newer {
            self.body = Some((write.body.clone(), write.revision, write.at));
        }
        AppliedWrite { delta: 0, change: self.change(&write.id) }
    }

    pub(super) fn delete(&mut self, write: &DeleteMessage) -> AppliedWrite {
        let is_own = *self.deleted.get_or_insert(write.revision) == write.revision;
        self.body = None;
        let delta = if is_own && self.created.is_some() { -1 } else { 0 };
        AppliedWrite { delta, change: self.change(&write.id) }
    }

    /// When the message was created, even if it was deleted since.
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        self.created.map(|(_, at)| at)
    }

    pub(super) fn sweep(&mut self) {
        *self = Self { deleted: Some(Revision::MAX), is_swept: true, ..Self::default() };
    }

    fn change(&self, id: &MessageId) -> Option<IndexChange> {
        match self.read(id) {
            Row::Live(message) => Some(IndexChange::Put(message)),
            Row::Deleted => Some(IndexChange::Remove(id.clone())),
            Row::Absent => None,
        }
    }

    pub(super) fn read(&self, id: &MessageId) -> Row<IndexedMessage> {
        match (&self.body, self.created) {
            _ if self.deleted.is_some() => Row::Deleted,
            (Some((body, revision, updated_at)), Some((_, created_at))) => {
                let message =
                    Message { number: id.message, body: body.clone(), created_at, updated_at: *updated_at };
                Row::Live(IndexedMessage { chat: id.chat.clone(), message, revision: *revision })
            }
            _ => Row::Absent,
        }
    }
}
