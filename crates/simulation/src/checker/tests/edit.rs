//! Changes of a run.

use std::sync::Arc;
use std::time::Duration;

use super::run::Run;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, ClientKey, Contents, IndexedDocument,
    MessageContents, MessageKey, Operation, Outcome, Reply, Request, Search,
};

pub(super) fn find_chat(contents: &mut Contents, key: ChatKey) -> Option<&mut ChatContents> {
    let mut applications = contents.applications.iter_mut();
    let application = applications.find(|contents| contents.application == key.application)?;
    application.chats.iter_mut().find(|contents| contents.number == key.number)
}

impl Run {
    pub(super) fn stored_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.tables.applications[0].chats[0].messages
    }

    pub(super) fn api_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.api.applications[0].chats[0].messages
    }

    pub(super) fn everywhere(&mut self) -> [&mut Contents; 2] {
        [&mut self.state.tables, &mut self.state.api]
    }

    pub(super) fn renumber(&mut self, message: MessageKey, to: u64) {
        for operation in &mut self.history.operations {
            if !matches!(operation.request, Request::CreateMessage { chat, .. } if chat == message.chat) {
                continue;
            }
            if let Outcome::Ok(Reply::Message { number, .. }) = &mut operation.outcome
                && *number == message.number
            {
                *number = to;
            }
        }
    }

    /// The time of something after all that happened.
    pub(super) fn after_all(&self) -> (Duration, Duration) {
        let last = self.history.operations.iter().map(|operation| operation.end).max().unwrap_or_default();
        (last + Duration::from_millis(2), last + Duration::from_millis(10))
    }

    fn record(&mut self, request: Request, outcome: Outcome) -> bool {
        let (start, end) = self.after_all();
        let client = ClientKey(1);
        self.history.operations.push(Operation {
            client,
            start,
            end,
            idempotency_key: None,
            request,
            outcome,
        });
        true
    }

    pub(super) fn accept(&mut self, request: Request, reply: Reply) -> bool {
        self.record(request, Outcome::Ok(reply))
    }

    pub(super) fn refuse(&mut self, request: Request, status: u16, code: &str) -> bool {
        self.record(request, Outcome::Refused { status, code: code.into() })
    }

    /// Accepts a message with the next number, after those that are skipped.
    pub(super) fn accept_message(&mut self, chat: ChatKey, body: &str, skipped: u64) -> bool {
        let (body, number): (Arc<str>, u64) = (body.into(), self.next_message(chat) + skipped);
        self.accept(Request::CreateMessage { chat, body: body.clone() }, Reply::Message { number, body })
    }

    pub(super) fn accept_update(&mut self, message: MessageKey) -> bool {
        let (body, number): (Arc<str>, u64) = ("late".into(), message.number);
        self.accept(Request::UpdateMessage { message, body: body.clone() }, Reply::Message { number, body })
    }

    /// Lets the last operation happen later.
    pub(super) fn delay_last(&mut self, by: Duration) -> bool {
        let last = self.history.operations.last_mut();
        last.map(|last| (last.start, last.end) = (last.start + by, last.end + by)).is_some()
    }

    /// Lets a search find a deleted message, some time after its deletion.
    pub(super) fn search_deleted(&mut self, later: Duration) -> bool {
        let deleted = self.find(|operation| match &operation.request {
            Request::DeleteMessage { message } if operation.is_accepted() => Some((*message, operation.end)),
            _ => None,
        });
        let Some((message, end)) = deleted else { return false };
        let Some(text) = self.accepted_body(message) else { return false };
        let (start, hits) = (end + later, vec![message.number]);
        let end = start + Duration::from_millis(8);
        self.history.searches.push(Search {
            client: ClientKey(1),
            chat: message.chat,
            text,
            start,
            end,
            hits,
        });
        true
    }

    pub(super) fn lose_index(&mut self) {
        self.state.lost_from_index = self.state.index.iter().map(|document| document.message).collect();
    }

    pub(super) fn insert(&mut self, message: MessageKey, body: &str) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            chat.messages.push(MessageContents { number: message.number, body: body.into() });
            chat.messages.sort_by_key(|message| message.number);
            chat.messages_count += 1;
            is_stored = true;
        }
        if is_stored {
            self.state.index.push(IndexedDocument { message, body: body.into() });
        }
        is_stored
    }

    pub(super) fn append(&mut self, chat: ChatKey, body: &str) -> bool {
        let number = self.next_message(chat);
        self.insert(MessageKey { chat, number }, body)
    }

    pub(super) fn replace(&mut self, message: MessageKey, body: &str) -> bool {
        self.remove(message) && self.insert(message, body)
    }

    pub(super) fn remove(&mut self, message: MessageKey) -> bool {
        let mut is_removed = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            let position = chat.messages.iter().position(|stored| stored.number == message.number);
            let Some(position) = position else { continue };
            chat.messages.remove(position);
            chat.messages_count -= 1;
            is_removed = true;
        }
        self.state.index.retain(|document| document.message != message);
        is_removed
    }

    pub(super) fn insert_chat(&mut self, chat: ChatKey) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let mut applications = contents.applications.iter_mut();
            let Some(parent) = applications.find(|parent| parent.application == chat.application) else {
                continue;
            };
            parent.chats.push(ChatContents { number: chat.number, messages_count: 0, messages: Vec::new() });
            parent.chats.sort_by_key(|chat| chat.number);
            parent.chats_count += 1;
            is_stored = true;
        }
        is_stored
    }

    pub(super) fn append_chat(&mut self, application: ApplicationKey) {
        let number = self.next_chat(application);
        self.insert_chat(ChatKey { application, number });
    }

    pub(super) fn remove_chat(&mut self, chat: ChatKey) -> bool {
        for contents in self.everywhere() {
            for parent in
                contents.applications.iter_mut().filter(|parent| parent.application == chat.application)
            {
                parent.chats.retain(|stored| stored.number != chat.number);
                parent.chats_count -= 1;
            }
        }
        self.state.index.retain(|document| document.message.chat != chat);
        true
    }

    pub(super) fn append_application(&mut self, application: ApplicationKey, name: &str) -> bool {
        for contents in self.everywhere() {
            let name = name.into();
            contents.applications.push(ApplicationContents {
                application,
                name,
                chats_count: 0,
                chats: Vec::new(),
            });
        }
        true
    }

    pub(super) fn remove_application(&mut self, application: ApplicationKey) -> bool {
        let before = self.state.tables.applications.len();
        for contents in self.everywhere() {
            contents.applications.retain(|contents| contents.application != application);
        }
        self.state.index.retain(|document| document.message.chat.application != application);
        self.state.tables.applications.len() < before
    }

    /// Removes a stored message from the page in which a follower saw it before another one.
    pub(super) fn hide(&mut self) -> Option<MessageKey> {
        let unchanged: Vec<_> = self.unchanged_creations().into_iter().map(|(message, _)| message).collect();
        for page in &mut self.history.observations {
            let pairs = page.numbers.iter().zip(page.numbers.iter().skip(1)).enumerate();
            let of = |number: u64| MessageKey { chat: page.chat, number };
            let hidden = pairs
                .filter(|(_, (one, two))| unchanged.contains(&of(**one)) && unchanged.contains(&of(**two)))
                .map(|(position, (one, _))| (position, of(*one)))
                .next();
            if let Some((position, message)) = hidden {
                page.numbers.remove(position);
                return Some(message);
            }
        }
        None
    }
}
