//! One effect per `Idempotency-Key`, as the replies show it.

use super::client_write::ClientWrite;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{Operation, Outcome, Reply, Request};

pub(super) fn check(writes: &Writes<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for write in writes.all_creations() {
        violations.extend(repeated_effect(write));
        violations.extend(write.attempts().filter_map(wrong_reply));
    }
    for (message, changes) in &writes.messages {
        let attempts = || changes.updates.iter().flat_map(ClientWrite::attempts);
        violations.extend(attempts().filter_map(wrong_reply));
        violations.extend(attempts().filter_map(|attempt| wrong_number(attempt, message.number)));
    }
    violations
}

/// Two attempts under one key that were accepted as different things.
fn repeated_effect(write: &ClientWrite<'_>) -> Option<Violation> {
    let first = write.accepted()?;
    let second =
        write.attempts().find(|attempt| attempt.is_accepted() && attempt.outcome != first.outcome)?;
    let finding = "two attempts under one key were accepted as different things";
    Some(Violation::new(Rule::AppliedTwice, write.request().target(), finding).with([first, second]))
}

/// A reply whose body is not the one that was sent.
fn wrong_reply(attempt: &Operation) -> Option<Violation> {
    let (Request::CreateMessage { body: sent, .. } | Request::UpdateMessage { body: sent, .. }) =
        &attempt.request
    else {
        return None;
    };
    let Outcome::Ok(Reply::Message { body: shown, .. }) = &attempt.outcome else { return None };
    let finding = || format!("the reply shows {shown:?} in place of {sent:?}");
    (shown != sent)
        .then(|| Violation::new(Rule::WrongContent, attempt.request.target(), finding()).with([attempt]))
}

/// A reply to an update that shows another message.
fn wrong_number(attempt: &Operation, number: u64) -> Option<Violation> {
    let shown = attempt.number()?;
    let finding = || format!("the reply shows message {shown} in place of {number}");
    (shown != number)
        .then(|| Violation::new(Rule::WrongContent, attempt.request.target(), finding()).with([attempt]))
}
