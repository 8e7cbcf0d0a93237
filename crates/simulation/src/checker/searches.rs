//! Compares the hits of searches with what was written to the chat. Missing hits are not judged here: in the end, the index
//! must contain what the tables contain.

use std::time::Duration;

use super::bounds::Limits;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{History, MessageKey, Search, Subject};

pub(super) fn check(history: &History, writes: &Writes<'_>, limits: &Limits) -> Vec<Violation> {
    let mut violations = Vec::new();
    for search in &history.searches {
        violations.extend(unordered(search));
        for number in &search.hits {
            let message = MessageKey { chat: search.chat, number: *number };
            violations.extend(unwritten(search, message, writes));
            let deleted = limits.deleted_hits.and_then(|limit| deleted(search, message, writes, limit));
            violations.extend(deleted);
        }
    }
    violations
}

/// Hits with the same score are in ascending or descending order of numbers, and the simulated index gives all hits the
/// same score.
fn unordered(search: &Search) -> Option<Violation> {
    let pairs = || search.hits.iter().zip(search.hits.iter().skip(1));
    let is_descending = pairs().next().is_some_and(|(one, two)| one > two);
    let (before, after) = pairs().find(|(one, two)| one == two || (one > two) != is_descending)?;
    let finding = format!("a search lists {after} after {before}");
    Some(Violation::new(Rule::ApiDiffers, Subject::Chat(search.chat), finding).with([search]))
}

/// A hit that never had the text: a message of another chat, or one that nobody wrote. An older body may be found, since
/// the index follows the tables.
fn unwritten(search: &Search, message: MessageKey, writes: &Writes<'_>) -> Option<Violation> {
    let mut bodies = writes.bodies(message, search.end);
    if bodies.any(|body| body.contains(&*search.text)) {
        return None;
    }
    let subject = Subject::Message(message);
    let evidence = writes.about(&subject, &[]);
    let finding = format!("a search found it, but nobody wrote {:?} to it before", search.text);
    Some(Violation::new(Rule::WrongHit, subject, finding).with(evidence).with([search]))
}

/// A hit that was deleted long before.
fn deleted(search: &Search, message: MessageKey, writes: &Writes<'_>, limit: Duration) -> Option<Violation> {
    let deletion = writes.message_deletion(message).accepted()?;
    if search.start <= deletion.end + limit {
        return None;
    }
    let finding = format!("a search found it more than {} s after its deletion", limit.as_secs_f64());
    let violation = Violation::new(Rule::DeletedIsFound, Subject::Message(message), finding);
    Some(violation.with([deletion]).with([search]))
}
