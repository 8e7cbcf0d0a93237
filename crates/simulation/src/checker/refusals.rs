//! A refusal has a reason that holds: what was accepted is found until its deletion, and a token is valid until its
//! rotation.

use std::time::Duration;

use super::client_write::ClientWrite;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{ApplicationKey, ChatKey, History, MessageKey, Operation, Outcome, Subject};

pub(super) fn check(history: &History, writes: &Writes<'_>) -> Vec<Violation> {
    history.operations.iter().filter_map(|operation| wrong(operation, writes)).collect()
}

fn wrong(refused: &Operation, writes: &Writes<'_>) -> Option<Violation> {
    let Outcome::Refused { status, code } = &refused.outcome else { return None };
    let target = refused.request.target();
    let (finding, proof) = match (*status, &**code) {
        (401, _) if was_rotated(refused.end, &target, writes) => return None,
        (401, _) => ("its token was refused, but nobody rotated it", None),
        // It is not stored yet, another attempt runs, or there are too many requests.
        (404, "not_stored_yet") | (409 | 429, _) => return None,
        (404, _) => ("it was not found, but it was accepted before and nobody deleted it", {
            Some(proof_of_existence(refused.start, refused.end, &target, writes)?)
        }),
        (400..=499, _) => ("a valid request was refused", None),
        _ => return None,
    };
    Some(Violation::new(Rule::WrongRefusal, target, finding).with(proof.into_iter().chain([refused])))
}

fn was_rotated(end: Duration, target: &Subject, writes: &Writes<'_>) -> bool {
    let Some(application) = target.application() else { return false };
    let Some(of_application) = writes.applications.get(&application) else { return false };
    let mut attempts = of_application.rotations.iter().flat_map(ClientWrite::attempts);
    // A rotation whose first call took effect without a reply may find at the second that the application was deleted meanwhile.
    let may_have_rotated =
        |attempt: &Operation| !attempt.is_refused() || application_deleted(application, attempt.end, writes);
    attempts.any(|attempt| attempt.start < end && may_have_rotated(attempt))
}

/// The proof that something existed from `start` to `end`.
pub(super) fn proof_of_existence<'h>(
    start: Duration,
    end: Duration,
    target: &Subject,
    writes: &Writes<'h>,
) -> Option<&'h Operation> {
    let (creation, is_deleted) = match target {
        Subject::Application(key) => (writes.application(*key), application_deleted(*key, end, writes)),
        Subject::Chat(key) => (writes.chat(*key), chat_deleted(*key, end, writes)),
        Subject::Message(key) => (writes.message(*key), message_deleted(*key, end, writes)),
        Subject::Queue(_) | Subject::Region => return None,
    };
    let accepted = creation?.accepted()?;
    (accepted.end < start && !is_deleted).then_some(accepted)
}

fn application_deleted(application: ApplicationKey, end: Duration, writes: &Writes<'_>) -> bool {
    writes.applications.get(&application).is_some_and(|writes| may_precede(&writes.deletions, end))
}

fn chat_deleted(chat: ChatKey, end: Duration, writes: &Writes<'_>) -> bool {
    writes.chats.get(&chat).is_some_and(|writes| may_precede(&writes.deletions, end))
        || application_deleted(chat.application, end, writes)
}

fn message_deleted(message: MessageKey, end: Duration, writes: &Writes<'_>) -> bool {
    may_precede(writes.changes(message).1, end) || chat_deleted(message.chat, end, writes)
}

/// Whether one of the writes may have taken effect before `end`.
fn may_precede(writes: &[ClientWrite<'_>], end: Duration) -> bool {
    let mut attempts = writes.iter().flat_map(ClientWrite::attempts);
    attempts.any(|attempt| !attempt.is_refused() && attempt.start < end)
}
