//! What looks like a mistake, and is none.

use std::time::Duration;

use super::mutations::Mutate;
use crate::faults::UNREADABLE_RECORDS;
use crate::history::{
    ChatKey, DeadLetter, Found, MessageKey, Outcome, Reply, Request, Uncertainty, Visibility,
};

/// What happens, and how it is done.
pub(super) const ALLOWED: &[(&str, Mutate)] = &[
    ("an attempt that was not accepted uses a number", |run| {
        let Some(chat) = run.some_chat() else { return false };
        let number = run.next_message(chat);
        // Three of the attempts in the sample left nothing.
        run.accept_message(chat, "m", 3) && run.insert(MessageKey { chat, number: number + 3 }, "m")
    }),
    ("a fault of DynamoDB hides a number", |run| {
        run.metrics.faults.insert("dynamodb: reply lost after the effect".into(), 1000);
        let Some(chat) = run.some_chat() else { return false };
        let number = run.next_message(chat);
        run.accept_message(chat, "m", 1000) && run.insert(MessageKey { chat, number: number + 1000 }, "m")
    }),
    ("a message is not found while its deletion runs", |run| {
        let Some(message) = run.unchanged() else { return false };
        let request = Request::DeleteMessage { message };
        run.refuse(request.clone(), 404, "message_not_found");
        run.accept(request, Reply::Done);
        let last = run.history.operations.last_mut();
        last.map(|last| last.start = Duration::ZERO).is_some() && run.remove(message)
    }),
    ("a chat is not found after a deletion with an unknown outcome", |run| {
        let Some(chat) = run.accepted_chat() else { return false };
        run.accept(Request::DeleteChat { chat }, Reply::Done);
        let last = run.history.operations.last_mut();
        last.map(|last| last.outcome = Outcome::Unknown(Uncertainty::NoReply)).is_some()
            && run.refuse(Request::DeleteChat { chat }, 404, "chat_not_found")
    }),
    ("a token is refused after its rotation", |run| {
        let Some(application) = run.open_application() else { return false };
        run.accept(Request::RotateToken { application }, Reply::Done)
            && run.refuse(Request::CreateChat { application }, 401, "token_revoked")
    }),
    ("a token is refused after a rotation that found its application deleted", |run| {
        let Some(application) = run.open_application() else { return false };
        run.refuse(Request::RotateToken { application }, 404, "application_not_found");
        run.refuse(Request::CreateChat { application }, 401, "token_revoked");
        let is_marked = run.accept(Request::DeleteApplication { application }, Reply::Done);
        let last = run.history.operations.last_mut();
        last.map(|last| (last.start, last.outcome) = (Duration::ZERO, Outcome::Unknown(Uncertainty::NoReply)))
            .is_some()
            && is_marked
    }),
    ("a replaced token is known for a minute", |run| {
        let old = run.history.old_tokens.first_mut();
        old.map(|old| (old.start, old.is_accepted) = (old.replaced + Duration::from_secs(59), true)).is_some()
    }),
    ("a deleted application is known for a minute", |run| {
        let Some(application) = run.deleted_application() else { return false };
        let chat = ChatKey { application, number: 1 };
        run.accept_message(chat, "m", 0) && run.delay_last(Duration::from_secs(59))
    }),
    ("a follower does not wait longer than a minute for a message", |run| {
        let Some(message) = run.hide_overlapping() else { return false };
        let readable = Duration::from_hours(1);
        let visibility =
            Visibility { message, accepted: readable, readable: Some(readable), searchable: None };
        run.metrics.visibility.push(visibility);
        true
    }),
    ("a search finds a message shortly after its deletion", |run| {
        run.search_deleted(Duration::from_secs(59))
    }),
    ("a search finds an older body", |run| {
        let Some((message, _)) = run.accepted_updates().pop() else { return false };
        let Some(text) = run.created_body(message) else { return false };
        let search = run.history.searches.iter_mut().find(|search| search.hits.contains(&message.number));
        search.map(|search| (search.text, search.hits) = (text, vec![message.number])).is_some()
    }),
    ("a read shows an older body", |run| {
        let Some((message, _)) = run.accepted_updates().pop() else { return false };
        let Some(body) = run.created_body(message) else { return false };
        let read = run.history.reads.first_mut();
        read.map(|read| (read.message, read.found) = (message, Found::Body(body))).is_some()
    }),
    ("the hits of a search are in descending order", |run| {
        let search = run.history.searches.first_mut();
        search.map(|search| search.hits.reverse()).is_some()
    }),
    ("documents are lost with the index", |run| {
        run.lose_index();
        run.state.index.pop().is_some()
    }),
    ("an unreadable record is dead", |run| {
        run.metrics.faults.insert(UNREADABLE_RECORDS.into(), 1);
        run.state.dead_letters.push(DeadLetter {
            queue: "writes-dlq.fifo".into(),
            record: "{}".into(),
            subject: None,
            reason: Some("no version can read it".into()),
            expected: true,
        });
        true
    }),
];
