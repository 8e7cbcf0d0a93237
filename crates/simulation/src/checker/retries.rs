//! One effect per `Idempotency-Key`, as the replies show it.

use super::client_write::ClientWrite;
use super::violation::{Rule, Violation};
use super::writes::Writes;
use crate::history::{Operation, Outcome, Reply, Request, Subject};

pub(super) fn check(writes: &Writes<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for write in writes.all_creations() {
        violations.extend(repeated_effect(write));
        violations.extend(write.attempts.iter().filter_map(|attempt| wrong_reply(attempt)));
    }
    let updates = writes.messages.values().flat_map(|writes| &writes.updates);
    violations.extend(updates.flat_map(|write| &write.attempts).filter_map(|attempt| wrong_reply(attempt)));
    violations
}

/// Two attempts under one key that were accepted as different things.
fn repeated_effect(write: &ClientWrite<'_>) -> Option<Violation> {
    let first = write.accepted()?;
    let differs = |attempt: &&&Operation| attempt.is_accepted() && attempt.outcome != first.outcome;
    let second = write.attempts.iter().find(differs)?;
    let finding = "two attempts under one key were accepted as different things";
    Some(Violation::new(Rule::AppliedTwice, parent(write.request), finding).with([first, second]))
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
        .then(|| Violation::new(Rule::WrongContent, parent(&attempt.request), finding()).with([attempt]))
}

/// What a request is about.
pub(super) fn parent(request: &Request) -> Subject {
    match request {
        Request::CreateApplication { .. } => Subject::Region,
        Request::RenameApplication { application, .. }
        | Request::DeleteApplication { application }
        | Request::RotateToken { application }
        | Request::CreateChat { application } => Subject::Application(*application),
        Request::DeleteChat { chat } | Request::CreateMessage { chat, .. } => Subject::Chat(*chat),
        Request::UpdateMessage { message, .. } | Request::DeleteMessage { message } => {
            Subject::Message(*message)
        }
    }
}
