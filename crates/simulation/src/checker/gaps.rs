//! Numbers below the highest that belong to nothing.

use std::collections::BTreeMap;

use super::creations::Creations;
use super::listing;
use super::rule::Rule;
use super::violation::Violation;
use crate::faults::{EFFECT_HIDDEN, Service};
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, FinalState, Metrics, Subject,
};

/// Each attempt that was not accepted may have left one number unused: its process died, or it could not undo its
/// allocation. If the reply to an allocation is lost, another request may allocate before it is repeated, so such a
/// fault of DynamoDB explains one number, too, in any parent.
#[derive(Debug)]
pub(super) struct Gaps<'s> {
    applications: BTreeMap<ApplicationKey, &'s ApplicationContents>,
    chats: BTreeMap<ChatKey, &'s ChatContents>,
    /// More gaps than the parent's own attempts explain.
    suspects: Vec<Violation>,
    excess: u64,
}

impl<'s> Gaps<'s> {
    pub(super) fn new(state: &'s FinalState) -> Self {
        Self {
            applications: listing::applications(&state.tables).collect(),
            chats: listing::chats(&state.tables).collect(),
            suspects: Vec::new(),
            excess: 0,
        }
    }

    pub(super) fn add_application(&mut self, application: ApplicationKey, creations: &Creations<'_>) {
        let stored = self.applications.get(&application).map_or(&[][..], |contents| &contents.chats);
        let numbers = stored.iter().map(|chat| chat.number).collect();
        self.add(Subject::Application(application), creations, numbers);
    }

    pub(super) fn add_chat(&mut self, chat: ChatKey, creations: &Creations<'_>) {
        let stored = self.chats.get(&chat).map_or(&[][..], |contents| &contents.messages);
        let numbers = stored.iter().map(|message| message.number).collect();
        self.add(Subject::Chat(chat), creations, numbers);
    }

    fn add(&mut self, parent: Subject, creations: &Creations<'_>, mut numbers: Vec<u64>) {
        numbers.extend(creations.numbers());
        numbers.sort_unstable();
        numbers.dedup();
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let used = count(numbers.len());
        let gaps = numbers.last().map_or(0, |last| last.saturating_sub(used));
        // What is stored and was not accepted has the number of such an attempt.
        let unacknowledged = used - count(creations.numbers().count());
        let explained = creations.unused_numbers().saturating_sub(unacknowledged);
        if gaps <= explained {
            return;
        }
        self.excess += gaps - explained;
        let before = std::iter::once(0).chain(numbers.iter().copied());
        let Some((before, after)) = before.zip(&numbers).find(|(before, after)| before + 1 < **after) else {
            return;
        };
        let finding = format!(
            "{gaps} of {} numbers belong to nothing, the first of them after {before}; only {explained} attempts were not accepted",
            gaps + used,
        );
        let around = [before, *after].into_iter().filter_map(|number| creations.numbered(number)?.accepted());
        self.suspects.push(Violation::new(Rule::NumbersSkipped, parent, finding).with(around));
    }

    /// What faults of DynamoDB do not explain either.
    pub(super) fn unexplained(self, metrics: &Metrics) -> Vec<Violation> {
        let hides = |kind: &str| EFFECT_HIDDEN.iter().any(|fault| kind.ends_with(fault));
        let faults = metrics
            .faults
            .iter()
            .filter(|(kind, _)| kind.starts_with(Service::DynamoDb.name()) && hides(kind));
        if self.excess <= faults.map(|(_, count)| count).sum() { Vec::new() } else { self.suspects }
    }
}
