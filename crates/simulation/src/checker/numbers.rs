//! Numbers are unique and increasing per parent, without gaps that nothing explains.

use std::collections::HashMap;

use super::client_write::ClientWrite;
use super::creations::Creations;
use super::gaps::Gaps;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{FinalState, Metrics, Operation, Subject};

pub(super) fn check(writes: &Writes<'_>, metrics: &Metrics, state: &FinalState) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut gaps = Gaps::new(state);
    for (application, of_application) in &writes.applications {
        let parent = Subject::Application(*application);
        violations.extend(check_parent(&parent, &of_application.chats));
        gaps.add_application(*application, &of_application.chats);
    }
    for (chat, of_chat) in &writes.chats {
        let parent = Subject::Chat(*chat);
        violations.extend(check_parent(&parent, &of_chat.messages));
        gaps.add_chat(*chat, &of_chat.messages);
    }
    violations.extend(gaps.unexplained(metrics));
    violations
}

fn check_parent(parent: &Subject, creations: &Creations<'_>) -> Vec<Violation> {
    let mut violations = repeated(parent, creations.all());
    violations.extend(out_of_order(parent, creations.all()));
    violations
}

fn repeated(parent: &Subject, creations: &[ClientWrite<'_>]) -> Vec<Violation> {
    let mut owners: HashMap<u64, &Operation> = HashMap::new();
    let mut violations = Vec::new();
    for accepted in creations.iter().filter_map(ClientWrite::accepted) {
        let Some(number) = accepted.number() else { continue };
        if let Some(first) = owners.insert(number, accepted) {
            let finding = format!("number {number} was returned to two creations");
            violations
                .push(Violation::new(Rule::NumberRepeated, parent.clone(), finding).with([first, accepted]));
        }
    }
    violations
}

/// Goes through the creations in the order in which they were sent, and keeps the highest number among those that were
/// accepted before.
fn out_of_order(parent: &Subject, creations: &[ClientWrite<'_>]) -> Vec<Violation> {
    let mut by_start: Vec<_> = creations
        .iter()
        .filter_map(|write| Some((write.start(), write.accepted()?, write.number()?)))
        .collect();
    by_start.sort_by_key(|(start, ..)| *start);
    let mut by_end: Vec<_> = by_start.iter().map(|(_, accepted, number)| (*accepted, *number)).collect();
    by_end.sort_by_key(|(accepted, _)| accepted.end);
    let mut ended = by_end.into_iter().peekable();
    let mut highest: Option<(&Operation, u64)> = None;
    let mut violations = Vec::new();
    for (start, accepted, number) in by_start {
        while let Some(earlier) = ended.next_if(|(earlier, _)| earlier.end < start) {
            if highest.is_none_or(|(_, high)| earlier.1 > high) {
                highest = Some(earlier);
            }
        }
        if let Some((earlier, high)) = highest
            && number < high
        {
            let finding = format!("number {number} was allocated after {high} had been returned");
            violations.push(
                Violation::new(Rule::NumbersOutOfOrder, parent.clone(), finding).with([earlier, accepted]),
            );
        }
    }
    violations
}
