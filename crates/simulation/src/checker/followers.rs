//! Followers read a chat page by page, each page behind the last number of the page before. They see every message.

use std::collections::{BTreeMap, BTreeSet};

use super::client_write::ClientWrite;
use super::violation::{Evidence, Rule, Violation};
use super::writes::{ChatWrites, Writes};
use crate::history::{ChatKey, ClientKey, FinalState, History, MessageKey, Observation, Subject};

pub(super) fn check(history: &History, writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let mut pages: BTreeMap<(ChatKey, ClientKey), Vec<&Observation>> = BTreeMap::new();
    for observation in &history.observations {
        pages.entry((observation.chat, observation.follower)).or_default().push(observation);
    }
    let stored = numbers(state, &pages);
    let (no_writes, no_numbers) = (ChatWrites::default(), Vec::new());
    let mut violations = Vec::new();
    for ((chat, _), pages) in &pages {
        let creations = writes.chats.get(chat).unwrap_or(&no_writes);
        violations.extend(pages.iter().filter_map(|page| unordered(page)));
        violations.extend(pages.iter().filter_map(|page| unexplained(page, creations)));
        let numbers = stored.get(chat).unwrap_or(&no_numbers);
        // A follower that starts again does not see what it missed before.
        for session in pages.chunk_by(|one, two| one.after <= two.after) {
            violations.extend(missed(session, numbers, creations));
        }
    }
    violations
}

/// The stored messages of the chats that have followers.
fn numbers(
    state: &FinalState,
    pages: &BTreeMap<(ChatKey, ClientKey), Vec<&Observation>>,
) -> BTreeMap<ChatKey, Vec<u64>> {
    let followed: BTreeSet<_> = pages.keys().map(|(chat, _)| *chat).collect();
    let mut numbers = BTreeMap::new();
    for application in &state.tables.applications {
        for chat in &application.chats {
            let key = ChatKey { application: application.application, number: chat.number };
            if followed.contains(&key) {
                numbers.insert(key, chat.messages.iter().map(|message| message.number).collect());
            }
        }
    }
    numbers
}

fn unordered(page: &Observation) -> Option<Violation> {
    let before = std::iter::once(page.after).chain(page.numbers.iter().copied());
    let (before, after) = before.zip(&page.numbers).find(|(before, after)| before >= after)?;
    let finding = format!("a page has {after} behind {before}");
    Some(of_page(Rule::ApiDiffers, Subject::Chat(page.chat), finding, page))
}

/// A message that a follower saw, although no creation can explain it.
fn unexplained(page: &Observation, creations: &ChatWrites<'_>) -> Option<Violation> {
    if creations.messages.all().iter().any(ClientWrite::is_unknown) {
        return None;
    }
    let number = page.numbers.iter().find(|number| creations.messages.numbered(**number).is_none())?;
    let subject = Subject::Message(MessageKey { chat: page.chat, number: *number });
    Some(of_page(Rule::Unexplained, subject, "a follower saw it, but nobody created it".into(), page))
}

fn missed(pages: &[&Observation], stored: &[u64], creations: &ChatWrites<'_>) -> Vec<Violation> {
    let start = pages.iter().map(|page| page.after).min().unwrap_or_default();
    let seen: BTreeSet<u64> = pages.iter().flat_map(|page| &page.numbers).copied().collect();
    let end = seen.last().copied().unwrap_or_default();
    let passed = stored.iter().filter(|number| **number > start && **number < end && !seen.contains(number));
    passed.filter_map(|number| miss(*number, pages, creations)).collect()
}

fn miss(number: u64, pages: &[&Observation], creations: &ChatWrites<'_>) -> Option<Violation> {
    let page =
        pages.iter().find(|page| page.after < number && page.numbers.iter().any(|seen| *seen > number))?;
    let missed = creations.messages.numbered(number).and_then(ClientWrite::accepted);
    let overtaking = || page.numbers.iter().filter(|seen| **seen > number);
    let later = overtaking().find_map(|seen| {
        let write = creations.messages.numbered(*seen)?;
        let is_later = missed.is_some_and(|missed| missed.end < write.start());
        is_later.then(|| write.accepted()).flatten()
    });
    let first = || overtaking().find_map(|seen| creations.messages.numbered(*seen)?.accepted());
    let (rule, finding) = match later {
        Some(_) => (Rule::ReadableOutOfOrder, "a message that was sent later was readable before it"),
        None => (Rule::FollowerMissed, "a follower went past it before it was readable"),
    };
    let subject = Subject::Message(MessageKey { chat: page.chat, number });
    let mut violation =
        Violation::new(rule, subject, finding).with(missed.into_iter().chain(later.or_else(first)));
    violation.evidence.push(Evidence::Observation((*page).clone()));
    Some(violation)
}

fn of_page(rule: Rule, subject: Subject, finding: String, page: &Observation) -> Violation {
    let mut violation = Violation::new(rule, subject, finding);
    violation.evidence.push(Evidence::Observation(page.clone()));
    violation
}
