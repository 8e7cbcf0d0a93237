use std::collections::HashMap;

use super::client_write::ClientWrite;
use super::violation::{Rule, Violation};
use crate::history::{Operation, Subject};

/// The creations in one parent.
#[derive(Debug, Default)]
pub(super) struct Creations<'h> {
    all: Vec<ClientWrite<'h>>,
    by_number: HashMap<u64, usize>,
}

impl<'h> Creations<'h> {
    /// A write with all its attempts.
    pub(super) fn push(&mut self, write: ClientWrite<'h>) {
        if let Some(number) = write.number() {
            self.by_number.insert(number, self.all.len());
        }
        self.all.push(write);
    }

    pub(super) fn all(&self) -> &[ClientWrite<'h>] {
        &self.all
    }

    /// The creation that was accepted with this number.
    pub(super) fn numbered(&self, number: u64) -> Option<&ClientWrite<'h>> {
        self.by_number.get(&number).and_then(|position| self.all.get(*position))
    }

    /// The numbers that were accepted, in any order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.by_number.keys().copied()
    }
}

/// Explains stored things that no reply showed by creations whose outcome is unknown, each used once.
#[derive(Debug)]
pub(super) struct Explanations<'w, 'h> {
    creations: &'w [ClientWrite<'h>],
    unused: HashMap<&'h str, Vec<&'w ClientWrite<'h>>>,
    /// What a row may hide whose value was changed later.
    updated: Vec<Subject>,
}

impl<'w, 'h> Explanations<'w, 'h> {
    pub(super) fn new(creations: &'w [ClientWrite<'h>]) -> Self {
        let mut unused: HashMap<_, Vec<_>> = HashMap::new();
        for write in creations.iter().filter(|write| write.is_unknown()) {
            unused.entry(write.value()).or_default().push(write);
        }
        Self { creations, unused, updated: Vec::new() }
    }

    /// A stored thing with this value, which no update wrote.
    pub(super) fn explain(&mut self, subject: &Subject, value: &str) -> Option<Violation> {
        match self.unused.get_mut(value).and_then(Vec::pop) {
            Some(_) => None,
            None => Some(self.unexplained(subject, value)),
        }
    }

    /// A stored thing whose first value is not known, since an update replaced it.
    pub(super) fn explain_later(&mut self, subject: Subject) {
        self.updated.push(subject);
    }

    /// Explains what [`Explanations::explain_later`] put aside.
    pub(super) fn finish(self) -> Vec<Violation> {
        let left = self.unused.values().map(Vec::len).sum();
        let finding = "it was updated, but no creation explains it";
        let unexplained = self.updated.into_iter().skip(left);
        unexplained.map(|subject| Violation::new(Rule::Unexplained, subject, finding)).collect()
    }

    fn unexplained(&self, subject: &Subject, value: &str) -> Violation {
        let same: Vec<_> = self.creations.iter().filter(|write| write.value() == value).collect();
        let repeated = same.iter().find(|write| {
            // Chats have no value, so a chat is a repetition only if a creation was attempted again.
            if value.is_empty() {
                write.attempts.len() > 1
            } else {
                write.accepted().is_some() || write.is_unknown()
            }
        });
        if let Some(write) = repeated {
            let finding = "it was created again, beside what the accepted or only attempt created";
            return Violation::new(Rule::AppliedTwice, subject.clone(), finding)
                .with(write.attempts.iter().copied());
        }
        let is_refused = |write: &&&ClientWrite<'_>| write.accepted().is_none() && !write.is_unknown();
        if let Some(write) = same.iter().find(is_refused) {
            let finding = "it is stored, but its creation was refused";
            return Violation::new(Rule::RefusedWriteApplied, subject.clone(), finding)
                .with(write.attempts.iter().copied());
        }
        Violation::new(
            Rule::Unexplained,
            subject.clone(),
            format!("{value:?} is stored, but nobody created it"),
        )
    }
}

/// What is wrong with a stored name or body, given its creation and the updates of it.
pub(super) fn judge<'h>(
    subject: &Subject,
    value: &str,
    creation: Option<&ClientWrite<'h>>,
    updates: &[ClientWrite<'h>],
) -> Option<Violation> {
    let accepted = || updates.iter().filter_map(ClientWrite::accepted);
    let newest = accepted().max_by_key(|update| update.start);
    let is_right = |update: &&ClientWrite<'h>| match update.accepted() {
        Some(accepted) => newest.is_none_or(|newest| newest.start <= accepted.end),
        None => update.is_unknown(),
    };
    let same: Vec<_> = updates.iter().filter(|update| update.value() == value).collect();
    if same.iter().copied().any(|update| is_right(&update)) {
        return None;
    }
    let created = creation.and_then(ClientWrite::accepted);
    let violation = |rule, finding: &str, evidence: Vec<Option<&'h Operation>>| {
        let finding = format!("{finding}: it is {value:?}");
        Some(Violation::new(rule, subject.clone(), finding).with(evidence.into_iter().flatten()))
    };
    if let Some(update) = same.first() {
        let attempt = update.attempts.first().copied();
        return match update.accepted() {
            Some(_) => violation(
                Rule::WritesOutOfOrder,
                "an older update replaced a newer one",
                vec![attempt, newest],
            ),
            None => violation(Rule::RefusedWriteApplied, "a refused update took effect", vec![attempt]),
        };
    }
    match creation {
        Some(creation) if creation.value() == value => newest.and_then(|_| {
            violation(Rule::AcceptedWriteLost, "an accepted update has no effect", vec![created, newest])
        }),
        Some(_) => violation(Rule::WrongContent, "nobody wrote this", vec![created, newest]),
        None => None,
    }
}
