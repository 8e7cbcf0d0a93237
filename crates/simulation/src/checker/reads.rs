//! Compares reads of single messages with what was sent.

use super::refusals::proof_of_existence;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{Found, History, Read, Subject};

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
            let finding = "nobody sent this body before";
            Some(Violation::new(Rule::WrongRead, subject, finding).with(evidence).with([read]))
        }
        Found::Nothing { code } if &**code == "not_stored_yet" => None,
        Found::Nothing { .. } => {
            let proof = proof_of_existence(read.start, read.end, &subject, writes)?;
            let finding = "it was not found, but it was accepted before and nobody deleted it";
            Some(Violation::new(Rule::WrongRefusal, subject, finding).with([proof]).with([read]))
        }
    }
}
