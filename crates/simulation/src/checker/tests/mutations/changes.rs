//! Updates and deletions that take effect out of order.

use super::Mutation;
use crate::checker::Rule;
use crate::history::{ApplicationKey, ChatKey, MessageKey, Outcome, Reply, Request, Subject};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("the older of two updates stays", &[Rule::WritesOutOfOrder], |run| {
        let updates: Vec<_> = run.accepted_updates();
        let older = updates.iter().enumerate().find(|(position, (message, _))| {
            updates.iter().skip(position + 1).any(|(other, _)| other == message)
        });
        let older = older.map(|(_, update)| update.clone());
        older.is_some_and(|(message, body)| run.replace(message, &body))
    }),
    ("an accepted update is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some((message, _)) = run.accepted_updates().pop() else { return false };
        let created = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Ok(Reply::Message { number, .. })) => {
                (MessageKey { chat: *chat, number: *number } == message).then(|| body.clone())
            }
            _ => None,
        });
        created.is_some_and(|body| run.replace(message, &body))
    }),
    ("a deleted message is back", &[Rule::DeletedIsBack], |run| {
        let deleted = run.find(|operation| match &operation.request {
            Request::DeleteMessage { message } if operation.is_accepted() => Some(*message),
            _ => None,
        });
        let body = deleted.and_then(|message| run.accepted_body(message));
        deleted.zip(body).is_some_and(|(message, body)| run.insert(message, &body))
    }),
    ("a deleted chat is back", &[Rule::DeletedIsBack], |run| {
        let deleted = run.find(|operation| match &operation.request {
            Request::DeleteChat { chat } if operation.is_accepted() => Some(*chat),
            _ => None,
        });
        deleted.is_some_and(|chat| run.insert_chat(chat))
    }),
    ("a deleted application is back", &[Rule::DeletedIsBack], |run| {
        let Some(application) = run.deleted_application() else { return false };
        let name = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateApplication { name }, Outcome::Ok(Reply::Application(created))) => {
                (*created == application).then(|| name.clone())
            }
            _ => None,
        });
        name.is_some_and(|name| run.append_application(application, &name))
    }),
    ("the row of a message is left without its chat", &[Rule::DeletedIsBack], |run| {
        let chat = ChatKey { application: ApplicationKey(1), number: 2 };
        run.state.orphans.push(Subject::Message(MessageKey { chat, number: 1 }));
        true
    }),
];
