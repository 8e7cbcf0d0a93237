//! What a run has.

use std::sync::Arc;

use super::run::Run;
use crate::history::{ApplicationKey, ChatContents, ChatKey, MessageKey, Operation, Request};

impl Run {
    pub(super) fn find<T>(&self, matches: impl Fn(&Operation) -> Option<T>) -> Option<T> {
        self.history.operations.iter().find_map(matches)
    }

    pub(super) fn has(&self, matches: impl Fn(&Request) -> bool) -> bool {
        self.history.operations.iter().any(|operation| matches(&operation.request))
    }

    pub(super) fn chat(&self, key: ChatKey) -> Option<&ChatContents> {
        let mut applications = self.state.tables.applications.iter();
        let application = applications.find(|contents| contents.application == key.application)?;
        application.chats.iter().find(|contents| contents.number == key.number)
    }

    pub(super) fn some_chat(&self) -> Option<ChatKey> {
        let application =
            self.state.tables.applications.iter().find(|contents| !contents.chats.is_empty())?;
        Some(ChatKey { application: application.application, number: application.chats.first()?.number })
    }

    pub(super) fn body(&self, key: MessageKey) -> Arc<str> {
        let mut messages = self.chat(key.chat).unwrap().messages.iter();
        messages.find(|message| message.number == key.number).unwrap().body.clone()
    }

    /// Stored messages that were accepted without a key, and that nobody changed.
    pub(super) fn unchanged_creations(&self) -> Vec<(MessageKey, Request)> {
        let operations = self.history.operations.iter();
        operations
            .filter_map(|operation| {
                let Request::CreateMessage { chat, .. } = &operation.request else { return None };
                let message = MessageKey { chat: *chat, number: operation.number()? };
                let is_stored =
                    self.chat(*chat)?.messages.iter().any(|stored| stored.number == message.number);
                let is_changed = self.has(|request| match request {
                    Request::UpdateMessage { message: changed, .. }
                    | Request::DeleteMessage { message: changed } => *changed == message,
                    _ => false,
                });
                (is_stored && !is_changed && operation.idempotency_key.is_none())
                    .then(|| (message, operation.request.clone()))
            })
            .collect()
    }

    pub(super) fn unchanged_creation(&self) -> Option<(MessageKey, Request)> {
        self.unchanged_creations().into_iter().next()
    }

    pub(super) fn unchanged(&self) -> Option<MessageKey> {
        self.unchanged_creation().map(|(message, _)| message)
    }

    /// The same, and nobody wanted to delete its chat or application.
    pub(super) fn kept(&self) -> Option<MessageKey> {
        self.unchanged().filter(|message| {
            !self.has(|request| match request {
                Request::DeleteChat { chat } => *chat == message.chat,
                Request::DeleteApplication { application } => *application == message.chat.application,
                _ => false,
            })
        })
    }

    /// Two of one chat.
    pub(super) fn two_unchanged(&self) -> Option<(MessageKey, MessageKey)> {
        let all = self.unchanged_creations();
        all.iter()
            .zip(all.iter().skip(1))
            .find(|(one, two)| one.0.chat == two.0.chat)
            .map(|(one, two)| (one.0, two.0))
    }

    /// The stored message with this body.
    pub(super) fn stored(&self, chat: ChatKey, body: &str) -> Option<MessageKey> {
        let mut messages = self.chat(chat)?.messages.iter();
        let stored = messages.find(|message| &*message.body == body)?;
        Some(MessageKey { chat, number: stored.number })
    }

    /// The number behind all that were accepted, stored or changed.
    pub(super) fn next_message(&self, chat: ChatKey) -> u64 {
        let stored = self.chat(chat).into_iter().flat_map(|contents| &contents.messages);
        let used = self.history.operations.iter().filter_map(|operation| match &operation.request {
            Request::CreateMessage { chat: of, .. } if *of == chat => operation.number(),
            Request::UpdateMessage { message, .. } | Request::DeleteMessage { message } => {
                (message.chat == chat).then_some(message.number)
            }
            _ => None,
        });
        stored.map(|message| message.number).chain(used).max().unwrap_or_default() + 1
    }

    /// The number behind all that were accepted or stored.
    pub(super) fn next_chat(&self, application: ApplicationKey) -> u64 {
        let parents = self.state.tables.applications.iter();
        let stored =
            parents.filter(|parent| parent.application == application).flat_map(|parent| &parent.chats);
        let accepted = self.history.operations.iter();
        let accepted = accepted.filter(|operation| operation.request == Request::CreateChat { application });
        let numbers = stored.map(|chat| chat.number).chain(accepted.filter_map(Operation::number));
        numbers.max().unwrap_or_default() + 1
    }
}
