//! A record in a dead-letter queue is reported once: as a dead letter, and not again as a write without effect.

use std::collections::BTreeSet;

use super::rule::Rule;
use super::violation::Violation;
use crate::faults::UNREADABLE_RECORDS;
use crate::history::{DeadLetter, FinalState, Metrics, Subject};

pub(super) fn check(metrics: &Metrics, state: &FinalState) -> Vec<Violation> {
    let dropped = dropped(metrics, state);
    state.dead_letters.iter().filter_map(violation).chain(dropped).collect()
}

/// Unreadable records that are in no dead-letter queue.
fn dropped(metrics: &Metrics, state: &FinalState) -> Option<Violation> {
    let sent = metrics.faults.get(UNREADABLE_RECORDS).copied().unwrap_or_default();
    let dead = state.dead_letters.iter().filter(|letter| letter.expected).count();
    let dead = u64::try_from(dead).unwrap_or(u64::MAX);
    let finding = format!("of {sent} unreadable records, {dead} are in a dead-letter queue");
    (dead < sent).then(|| Violation::new(Rule::RecordDropped, Subject::Region, finding))
}

fn violation(letter: &DeadLetter) -> Option<Violation> {
    let subject = letter.subject.clone().unwrap_or_else(|| Subject::Queue(letter.queue.clone()));
    let finding = match &letter.reason {
        Some(_) if letter.expected => return None,
        Some(reason) => format!("its record is in {}: {reason}", letter.queue),
        None => format!("its record is in {} after too many receives, without a reason", letter.queue),
    };
    Some(Violation::new(Rule::DeadLettered, subject, finding))
}

/// What the records in dead-letter queues would have changed.
#[derive(Debug)]
pub(super) struct Unapplied<'s>(BTreeSet<&'s Subject>);

impl<'s> Unapplied<'s> {
    pub(super) fn of(state: &'s FinalState) -> Self {
        Self(state.dead_letters.iter().filter_map(|letter| letter.subject.as_ref()).collect())
    }

    /// Whether the violation shows only that a record was not applied: to its subject, or to what contains that.
    pub(super) fn explains(&self, violation: &Violation) -> bool {
        let is_about = |subject: &Subject| self.0.contains(subject);
        match violation.rule {
            Rule::AcceptedWriteLost | Rule::WritesOutOfOrder | Rule::DeletedIsBack => {
                is_about(&violation.subject) || parents(&violation.subject).iter().any(is_about)
            }
            // The messages of a chat without a row are in the index only.
            Rule::IndexDiffers => parents(&violation.subject).iter().any(is_about),
            _ => false,
        }
    }
}

fn parents(subject: &Subject) -> Vec<Subject> {
    match subject {
        Subject::Message(message) => {
            vec![Subject::Chat(message.chat), Subject::Application(message.chat.application)]
        }
        Subject::Chat(chat) => vec![Subject::Application(chat.application)],
        Subject::Application(_) | Subject::Queue(_) | Subject::Region => Vec::new(),
    }
}
