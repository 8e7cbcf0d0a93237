//! Writes that are lost, or that nobody made.

use super::Mutation;
use crate::checker::Rule;
use crate::history::{ApplicationKey, MessageKey, Outcome, Reply, Request};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("an accepted message is lost", &[Rule::AcceptedWriteLost], |run| {
        run.unchanged().is_some_and(|message| run.remove(message))
    }),
    ("an accepted chat is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some(Request::CreateMessage { chat, .. }) = run.unchanged_creation().map(|(_, request)| request)
        else {
            return false;
        };
        if run.has(|request| match request {
            Request::DeleteChat { chat: deleted } => *deleted == chat,
            Request::DeleteApplication { application } => *application == chat.application,
            _ => false,
        }) {
            return false;
        }
        run.remove_chat(chat)
    }),
    ("an accepted application is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some(application) = run.accepted_application() else { return false };
        let is_deleted = run.has(|request| *request == Request::DeleteApplication { application });
        !is_deleted && run.remove_application(application)
    }),
    ("a refused message is stored", &[Rule::RefusedWriteApplied], |run| {
        let refused = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Refused { .. }) => Some((*chat, body.clone())),
            _ => None,
        });
        refused.is_some_and(|(chat, body)| run.append(chat, &body))
    }),
    ("a refused update is applied", &[Rule::RefusedWriteApplied], |run| {
        let refused = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::UpdateMessage { message, body }, Outcome::Refused { .. }) => {
                Some((*message, body.clone()))
            }
            _ => None,
        });
        refused.is_some_and(|(message, body)| run.replace(message, &body))
    }),
    ("a message that nobody sent is stored", &[Rule::Unexplained], |run| {
        run.some_chat().is_some_and(|chat| run.append(chat, "from nowhere"))
    }),
    ("a chat that nobody created is stored", &[Rule::Unexplained], |run| {
        let Some(application) = run.state.tables.applications.first().map(|contents| contents.application)
        else {
            return false;
        };
        // More than unknown outcomes explain.
        let attempts = run.history.operations.len();
        for _ in 0..=attempts {
            run.append_chat(application);
        }
        true
    }),
    ("an application that nobody created is stored", &[Rule::Unexplained], |run| {
        run.append_application(ApplicationKey(1000), "from nowhere")
    }),
    ("a message has another body", &[Rule::WrongContent], |run| {
        run.unchanged().is_some_and(|message| run.replace(message, "something else"))
    }),
    ("an application has another name", &[Rule::WrongContent], |run| {
        let Some(application) = run.accepted_application() else { return false };
        let mut is_changed = false;
        for contents in run.everywhere() {
            let same =
                contents.applications.iter_mut().filter(|contents| contents.application == application);
            for contents in same {
                contents.name = "something else".into();
                is_changed = true;
            }
        }
        is_changed
    }),
    ("an accepted message is stored twice", &[Rule::AppliedTwice], |run| {
        let Some((message, Request::CreateMessage { body, .. })) = run.unchanged_creation() else {
            return false;
        };
        run.append(message.chat, &body)
    }),
    ("a message with an unknown outcome is stored twice", &[Rule::AppliedTwice], |run| {
        let unknown = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Unknown(_))
                if operation.idempotency_key.is_none() =>
            {
                Some((*chat, body.clone()))
            }
            _ => None,
        });
        unknown.is_some_and(|(chat, body)| run.append(chat, &body) && run.append(chat, &body))
    }),
    ("an update of a message that no reply showed is lost", &[Rule::AcceptedWriteLost], |run| {
        let unknown = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Unknown(_)) => Some((*chat, body.clone())),
            _ => None,
        });
        let stored = unknown.and_then(|(chat, body)| run.stored(chat, &body));
        stored.is_some_and(|message| run.accept_update(message))
    }),
    ("an updated message is not there", &[Rule::AcceptedWriteLost], |run| {
        let Some(chat) = run.some_chat() else { return false };
        let number = run.next_message(chat);
        run.accept_update(MessageKey { chat, number })
    }),
    ("an application that has chats is not there", &[Rule::AcceptedWriteLost], |run| {
        let application = ApplicationKey(1000);
        run.accept(Request::CreateChat { application }, Reply::Chat(1))
    }),
    ("a refused deletion of a message is applied", &[Rule::AcceptedWriteLost], |run| {
        let Some(message) = run.unchanged() else { return false };
        run.refuse(Request::DeleteMessage { message }, 503, "temporarily_unavailable") && run.remove(message)
    }),
];
