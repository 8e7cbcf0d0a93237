//! Writes that were accepted in a run.

use std::sync::Arc;

use super::run::Run;
use crate::history::{ApplicationKey, ChatKey, MessageKey, Outcome, Reply, Request};

impl Run {
    pub(super) fn accepted_application(&self) -> Option<ApplicationKey> {
        self.find(|operation| match operation.outcome {
            Outcome::Ok(Reply::Application(application)) => Some(application),
            _ => None,
        })
    }

    pub(super) fn deleted_application(&self) -> Option<ApplicationKey> {
        self.find(|operation| match operation.request {
            Request::DeleteApplication { application } if operation.is_accepted() => Some(application),
            _ => None,
        })
    }

    /// Accepted updates of stored messages, oldest first.
    pub(super) fn accepted_updates(&self) -> Vec<(MessageKey, Arc<str>)> {
        let operations = self.history.operations.iter().filter(|operation| operation.is_accepted());
        operations
            .filter_map(|operation| match &operation.request {
                Request::UpdateMessage { message, body } if operation.idempotency_key.is_none() => {
                    let stored = &self.chat(message.chat)?.messages;
                    let is_stored = stored.iter().any(|stored| stored.number == message.number);
                    is_stored.then(|| (*message, body.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// The body with which the message was created.
    pub(super) fn created_body(&self, message: MessageKey) -> Option<Arc<str>> {
        self.find(|operation| match &operation.request {
            Request::CreateMessage { chat, body } if *chat == message.chat => {
                (operation.number() == Some(message.number)).then(|| body.clone())
            }
            _ => None,
        })
    }

    /// The same, unless somebody wanted to update it.
    pub(super) fn accepted_body(&self, message: MessageKey) -> Option<Arc<str>> {
        let is_updated = self.has(
            |request| matches!(request, Request::UpdateMessage { message: updated, .. } if *updated == message),
        );
        self.created_body(message).filter(|_| !is_updated)
    }

    pub(super) fn deleted_chat(&self) -> Option<ChatKey> {
        self.find(|operation| match &operation.request {
            Request::DeleteChat { chat } if operation.is_accepted() => Some(*chat),
            _ => None,
        })
    }

    /// An accepted application that nobody wants to delete.
    pub(super) fn open_application(&self) -> Option<ApplicationKey> {
        self.find(|operation| match operation.outcome {
            Outcome::Ok(Reply::Application(application)) => Some(application),
            _ => None,
        })
        .filter(|application| {
            !self.has(|request| *request == Request::DeleteApplication { application: *application })
        })
    }

    /// An accepted chat that nobody wants to delete.
    pub(super) fn accepted_chat(&self) -> Option<ChatKey> {
        let application = self.open_application()?;
        self.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateChat { application: parent }, Outcome::Ok(Reply::Chat(number))) => {
                let chat = ChatKey { application, number: *number };
                let is_deleted = self.has(|request| *request == Request::DeleteChat { chat });
                (*parent == application && !is_deleted).then_some(chat)
            }
            _ => None,
        })
    }

    /// An accepted message.
    pub(super) fn accepted_in(&self, chat: ChatKey) -> Option<MessageKey> {
        self.find(|operation| match &operation.request {
            Request::CreateMessage { chat: parent, .. } if *parent == chat => {
                operation.number().map(|number| MessageKey { chat, number })
            }
            _ => None,
        })
    }
}
