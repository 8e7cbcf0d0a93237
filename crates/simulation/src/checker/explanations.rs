use std::collections::HashMap;

use super::client_write::ClientWrite;
use super::rule::Rule;
use super::violation::Violation;
use crate::history::{Operation, Subject};

/// Explains stored things that no reply showed by creations whose outcome is unknown, each used once.
#[derive(Debug)]
pub(super) struct Explanations<'w, 'h> {
    creations: &'w [ClientWrite<'h>],
    unused: HashMap<&'h str, Vec<&'w ClientWrite<'h>>>,
    /// All creations by value. Empty until something is unexplained.
    by_value: HashMap<&'h str, Vec<&'w ClientWrite<'h>>>,
    /// Stored things whose first value an update replaced.
    updated: Vec<Subject>,
}

impl<'w, 'h> Explanations<'w, 'h> {
    pub(super) fn new(creations: &'w [ClientWrite<'h>]) -> Self {
        let unused = by_value(creations.iter().filter(|write| write.is_unknown()));
        Self { creations, unused, by_value: HashMap::new(), updated: Vec::new() }
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

    /// Explains what [`Explanations::explain_later`] collected.
    pub(super) fn finish(self) -> Vec<Violation> {
        let left = self.unused.values().map(Vec::len).sum();
        let finding = "it was updated, but no creation explains it";
        let unexplained = self.updated.into_iter().skip(left);
        unexplained.map(|subject| Violation::new(Rule::Unexplained, subject, finding)).collect()
    }

    /// The first attempt to create something with this value, unless it was refused.
    pub(super) fn sent(&mut self, value: &str) -> Option<&'h Operation> {
        let mut attempts = self.same(value).iter().flat_map(|write| write.attempts());
        attempts.find(|attempt| !attempt.is_refused())
    }

    /// The creations with this value.
    fn same(&mut self, value: &str) -> &[&'w ClientWrite<'h>] {
        if self.by_value.is_empty() {
            self.by_value = by_value(self.creations);
        }
        self.by_value.get(value).map_or(&[], Vec::as_slice)
    }

    fn unexplained(&mut self, subject: &Subject, value: &str) -> Violation {
        let same = self.same(value);
        let violation = |rule, finding: &str| Violation::new(rule, subject.clone(), finding);
        // Chats have no value, so a chat is a repetition only if a creation was attempted again.
        let is_repeated = |write: &&&ClientWrite<'_>| {
            if value.is_empty() { write.is_repeated() } else { !write.is_refused() }
        };
        if let Some(write) = same.iter().find(is_repeated) {
            let finding = "it was created again, in addition to what the accepted or only attempt created";
            return violation(Rule::AppliedTwice, finding).with(write.attempts());
        }
        if let Some(write) = same.iter().find(|write| write.is_refused()) {
            let finding = "it is stored, but its creation was refused";
            return violation(Rule::RefusedWriteApplied, finding).with(write.attempts());
        }
        violation(Rule::Unexplained, &format!("{value:?} is stored, but nobody created it"))
    }
}

fn by_value<'w, 'h>(
    writes: impl IntoIterator<Item = &'w ClientWrite<'h>>,
) -> HashMap<&'h str, Vec<&'w ClientWrite<'h>>> {
    let mut by_value: HashMap<_, Vec<_>> = HashMap::new();
    for write in writes {
        by_value.entry(write.value()).or_default().push(write);
    }
    by_value
}
