//! Counts, the API and the index against the rows of the tables.

use std::collections::BTreeMap;

use super::violation::{Rule, Violation};
use super::writes::Writes;
use crate::history::{ChatKey, Contents, FinalState, IndexedDocument, MessageKey, Subject};

/// What a reader sees of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown<'s> {
    Application { name: &'s str, chats_count: u64 },
    Chat { messages_count: u64 },
    Message { body: &'s str },
}

pub(super) fn check(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let tables = shown(&state.tables);
    let mut violations = counts(&state.tables);
    violations.extend(unordered(&state.api));
    violations.extend(differences(Rule::ApiDiffers, "API", &shown(&state.api), &tables));
    let messages: BTreeMap<_, _> =
        tables.into_iter().filter(|(_, shown)| matches!(shown, Shown::Message { .. })).collect();
    violations.extend(differences(Rule::IndexDiffers, "index", &documents(&state.index), &messages));
    violations.extend(state.orphans.iter().map(|orphan| {
        Violation::new(Rule::DeletedIsBack, orphan.clone(), "it is stored, but its parent is not")
    }));
    violations
        .into_iter()
        .map(|violation| {
            let about = writes.about(&violation.subject);
            violation.with(about)
        })
        .collect()
}

fn counts(tables: &Contents) -> Vec<Violation> {
    let mut violations = Vec::new();
    for application in &tables.applications {
        let subject = Subject::Application(application.application);
        violations.extend(count(subject, application.chats_count, application.chats.len(), "chats"));
        for chat in &application.chats {
            let key = ChatKey { application: application.application, number: chat.number };
            violations.extend(count(
                Subject::Chat(key),
                chat.messages_count,
                chat.messages.len(),
                "messages",
            ));
        }
    }
    violations
}

fn count(subject: Subject, counted: u64, rows: usize, things: &str) -> Option<Violation> {
    let finding = || format!("the count is {counted}, but there are {rows} {things}");
    (u64::try_from(rows) != Ok(counted)).then(|| Violation::new(Rule::CountDiffers, subject, finding()))
}

/// Listings of the API that are not in the order of numbers, or have one twice.
fn unordered(api: &Contents) -> Vec<Violation> {
    let mut violations = Vec::new();
    for application in &api.applications {
        let subject = Subject::Application(application.application);
        violations.extend(listing(subject, application.chats.iter().map(|chat| chat.number)));
        for chat in &application.chats {
            let subject =
                Subject::Chat(ChatKey { application: application.application, number: chat.number });
            violations.extend(listing(subject, chat.messages.iter().map(|message| message.number)));
        }
    }
    violations
}

fn listing(subject: Subject, numbers: impl Iterator<Item = u64> + Clone) -> Option<Violation> {
    let (before, after) = numbers.clone().zip(numbers.skip(1)).find(|(one, two)| one >= two)?;
    let finding = format!("the listing has {after} behind {before}");
    Some(Violation::new(Rule::ApiDiffers, subject, finding))
}

fn shown(contents: &Contents) -> BTreeMap<Subject, Shown<'_>> {
    let mut all = BTreeMap::new();
    for application in &contents.applications {
        let (key, chats_count) = (application.application, application.chats_count);
        all.insert(Subject::Application(key), Shown::Application { name: &application.name, chats_count });
        for chat in &application.chats {
            let key = ChatKey { application: key, number: chat.number };
            all.insert(Subject::Chat(key), Shown::Chat { messages_count: chat.messages_count });
            all.extend(chat.messages.iter().map(|message| {
                let key = MessageKey { chat: key, number: message.number };
                (Subject::Message(key), Shown::Message { body: &message.body })
            }));
        }
    }
    all
}

fn documents(index: &[IndexedDocument]) -> BTreeMap<Subject, Shown<'_>> {
    let shown = |document: &'_ IndexedDocument| Subject::Message(document.message);
    index.iter().map(|document| (shown(document), Shown::Message { body: &document.body })).collect()
}

fn differences(
    rule: Rule,
    place: &str,
    shown: &BTreeMap<Subject, Shown<'_>>,
    tables: &BTreeMap<Subject, Shown<'_>>,
) -> Vec<Violation> {
    let missing = tables.iter().filter_map(|(subject, stored)| {
        let finding = match shown.get(subject) {
            Some(shown) if shown == stored => return None,
            Some(shown) => format!("the {place} has {shown:?} in place of {stored:?}"),
            None => format!("the {place} does not have it"),
        };
        Some(Violation::new(rule, subject.clone(), finding))
    });
    let extra = shown.keys().filter(|subject| !tables.contains_key(subject)).map(|subject| {
        Violation::new(rule, subject.clone(), format!("the {place} has it, but the tables do not"))
    });
    missing.chain(extra).collect()
}
