//! Replies that are wrong.

use std::time::Duration;

use super::Mutation;
use crate::checker::Rule;
use crate::history::{ChatKey, MessageKey, Operation, Outcome, Reply, Request};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("a reply shows another body", &[Rule::WrongContent], |run| {
        let reply = run.history.operations.iter_mut().find_map(|operation| match &mut operation.outcome {
            Outcome::Ok(Reply::Message { body, .. }) if operation.idempotency_key.is_none() => Some(body),
            _ => None,
        });
        reply.map(|body| *body = "something else".into()).is_some()
    }),
    ("a key creates two messages", &[Rule::AppliedTwice], |run| {
        let last = run.history.operations.iter_mut().rfind(|operation| {
            operation.idempotency_key.is_some() && matches!(operation.request, Request::CreateMessage { .. })
        });
        let Some(Operation { outcome: Outcome::Ok(Reply::Message { number, .. }), .. }) = last else {
            return false;
        };
        *number += 100;
        true
    }),
    ("a number is used twice", &[Rule::NumberRepeated, Rule::WrongContent], |run| {
        let Some((one, two)) = run.two_unchanged() else { return false };
        run.renumber(two, one.number);
        run.remove(two)
    }),
    ("a later message has the lower number", &[Rule::NumbersOutOfOrder], |run| {
        let Some((one, two)) = run.two_unchanged() else { return false };
        let (body_one, body_two) = (run.body(one), run.body(two));
        run.renumber(one, 0);
        run.renumber(two, one.number);
        run.renumber(MessageKey { number: 0, ..one }, two.number);
        run.replace(one, &body_two) && run.replace(two, &body_one)
    }),
    ("a reply to an update shows another message", &[Rule::WrongContent], |run| {
        let mut operations = run.history.operations.iter_mut();
        let reply = operations.find_map(|operation| match (&operation.request, &mut operation.outcome) {
            (Request::UpdateMessage { .. }, Outcome::Ok(Reply::Message { number, .. })) => Some(number),
            _ => None,
        });
        reply.map(|number| *number += 1).is_some()
    }),
    ("a message number is skipped", &[Rule::NumbersSkipped], |run| {
        let Some(chat) = run.some_chat() else { return false };
        let number = run.next_message(chat);
        run.accept_message(chat, "far", 1000) && run.insert(MessageKey { chat, number: number + 1000 }, "far")
    }),
    ("a chat number is skipped", &[Rule::NumbersSkipped], |run| {
        let Some(ChatKey { application, .. }) = run.some_chat() else { return false };
        let number = run.next_chat(application) + 1000;
        run.accept(Request::CreateChat { application }, Reply::Chat(number))
            && run.insert_chat(ChatKey { application, number })
    }),
    ("a chat is not found", &[Rule::WrongRefusal], |run| {
        let Some(chat) = run.accepted_chat() else { return false };
        run.refuse(Request::CreateMessage { chat, body: "late".into() }, 404, "chat_not_found")
    }),
    ("a message is not found", &[Rule::WrongRefusal], |run| {
        let Some(message) = run.kept() else { return false };
        run.refuse(Request::DeleteMessage { message }, 404, "message_not_found")
    }),
    ("an application is not found", &[Rule::WrongRefusal], |run| {
        let Some(application) = run.open_application() else { return false };
        run.refuse(Request::RotateToken { application }, 404, "application_not_found")
    }),
    ("a valid token is refused", &[Rule::WrongRefusal], |run| {
        let Some(application) = run.open_application() else { return false };
        let is_rotated = run.has(|request| *request == Request::RotateToken { application });
        !is_rotated && run.refuse(Request::CreateChat { application }, 401, "token_revoked")
    }),
    ("an idempotency key is taken for another", &[Rule::WrongRefusal], |run| {
        let Some(application) = run.open_application() else { return false };
        run.refuse(Request::CreateChat { application }, 422, "idempotency_key_reused")
    }),
    ("a replaced token is accepted", &[Rule::RevokedTokenAccepted], |run| {
        let old = run.history.old_tokens.first_mut();
        old.map(|old| (old.start, old.is_accepted) = (old.replaced + Duration::from_secs(61), true)).is_some()
    }),
];
