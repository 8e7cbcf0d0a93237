//! What reads of single messages show, against what was sent.

use super::refusals::found;
use super::rule::Rule;
use super::violation::{Evidence, Violation};
use super::writes::Writes;
use crate::history::{Found, History, Operation, Read, Subject};

pub(super) fn check(history: &History, writes: &Writes<'_>) -> Vec<Violation> {
    history.reads.iter().filter_map(|read| wrong(read, writes)).collect()
}

/// An older body may be shown: a read follows the queue, and need not be consistent.
fn wrong(read: &Read, writes: &Writes<'_>) -> Option<Violation> {
    let subject = Subject::Message(read.message);
    match &read.found {
        Found::Body(shown) => {
            if writes.bodies(read.message, read.end).any(|body| body == &**shown) {
                return None;
            }
            let evidence = writes.about(&subject, &[]);
            Some(of_read(Rule::WrongRead, "nobody sent this body before", read, evidence))
        }
        Found::Nothing { code } if &**code == "not_stored_yet" => None,
        Found::Nothing { .. } => {
            let proof = found(read.start, read.end, &subject, writes)?;
            let finding = "it was not found, but it was accepted before and nobody deleted it";
            Some(of_read(Rule::WrongRefusal, finding, read, [proof]))
        }
    }
}

fn of_read<'h>(
    rule: Rule,
    finding: &str,
    read: &Read,
    operations: impl IntoIterator<Item = &'h Operation>,
) -> Violation {
    let mut violation = Violation::new(rule, Subject::Message(read.message), finding).with(operations);
    violation.evidence.push(Evidence::Read(read.clone()));
    violation
}
