//! What searches find, against what was written to the chat. Hits that are missing show in the end only: the index then
//! contains what the tables contain.

use std::time::Duration;

use super::bounds::Limits;
use super::rule::Rule;
use super::violation::{Evidence, Violation};
use super::writes::Writes;
use crate::history::{History, MessageKey, Operation, Search, Subject};

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

/// Hits with the same score are in the order of numbers, one way or the other, and the simulated index gives all hits the
/// same score.
fn unordered(search: &Search) -> Option<Violation> {
    let pairs = || search.hits.iter().zip(search.hits.iter().skip(1));
    let is_descending = pairs().next().is_some_and(|(one, two)| one > two);
    let (before, after) = pairs().find(|(one, two)| one == two || (one > two) != is_descending)?;
    let finding = format!("a search has {after} behind {before}");
    Some(of_search(Rule::ApiDiffers, Subject::Chat(search.chat), finding, search, []))
}

/// A hit that never had the text: a message of another chat, or one that nobody wrote. An older body may be found, since
/// the index follows the tables.
fn unwritten(search: &Search, message: MessageKey, writes: &Writes<'_>) -> Option<Violation> {
    let mut bodies = writes.bodies(message, search.end);
    if bodies.any(|body| body.contains(&*search.text)) {
        return None;
    }
    let evidence = writes.about(&Subject::Message(message), &[]);
    let finding = format!("a search found it, but nobody wrote {:?} to it before", search.text);
    Some(of_search(Rule::WrongHit, Subject::Message(message), finding, search, evidence))
}

/// A hit that was deleted long before.
fn deleted(search: &Search, message: MessageKey, writes: &Writes<'_>, limit: Duration) -> Option<Violation> {
    let deletion = writes.message_deletion(message).accepted()?;
    if search.start <= deletion.end + limit {
        return None;
    }
    let finding = format!("a search found it more than {} s after its deletion", limit.as_secs_f64());
    Some(of_search(Rule::DeletedIsFound, Subject::Message(message), finding, search, [deletion]))
}

fn of_search<'h>(
    rule: Rule,
    subject: Subject,
    finding: String,
    search: &Search,
    operations: impl IntoIterator<Item = &'h Operation>,
) -> Violation {
    let mut violation = Violation::new(rule, subject, finding).with(operations);
    violation.evidence.push(Evidence::Search(search.clone()));
    violation
}
