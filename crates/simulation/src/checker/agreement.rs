//! Compares counts, the API and the index with the rows of the tables.

use std::fmt::Debug;

use super::listing::{applications, chats, differences, messages, sorted};
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{ChatKey, Contents, FinalState, Subject};

pub(super) fn check(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let mut violations = counts(&state.tables);
    violations.extend(unordered(&state.api));
    let violations = violations.into_iter().map(|violation| {
        let about = writes.about(&violation.subject, &[]);
        violation.with(about)
    });
    let orphans = state.orphans.iter().map(|orphan| {
        let finding = "it is stored, but its parent is not";
        Violation::new(Rule::DeletedIsBack, orphan.clone(), finding).with(writes.about(orphan, &[]))
    });
    violations.chain(orphans).chain(api(writes, state)).chain(index(writes, state)).collect()
}

fn counts(tables: &Contents) -> Vec<Violation> {
    let of_applications = applications(tables).filter_map(|(key, contents)| {
        count(Subject::Application(key), contents.chats_count, contents.chats.len(), "chats")
    });
    let of_chats = chats(tables).filter_map(|(key, contents)| {
        count(Subject::Chat(key), contents.messages_count, contents.messages.len(), "messages")
    });
    of_applications.chain(of_chats).collect()
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
            let key = ChatKey { application: application.application, number: chat.number };
            let numbers = chat.messages.iter().map(|message| message.number);
            violations.extend(listing(Subject::Chat(key), numbers));
        }
    }
    violations
}

fn listing(subject: Subject, numbers: impl Iterator<Item = u64> + Clone) -> Option<Violation> {
    let (before, after) = numbers.clone().zip(numbers.skip(1)).find(|(one, two)| one >= two)?;
    let finding = format!("the listing has {after} after {before}");
    Some(Violation::new(Rule::ApiDiffers, subject, finding))
}

fn api(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let of_applications = |contents| {
        applications(contents).map(|(key, contents)| (key, (&*contents.name, contents.chats_count)))
    };
    let of_chats = |contents| chats(contents).map(|(key, contents)| (key, contents.messages_count));
    let (api, tables) = (&state.api, &state.tables);
    let mut violations = Vec::new();
    for (key, shown, stored) in differences(of_applications(api), of_applications(tables)) {
        let values: Vec<&str> = shown.iter().chain(&stored).map(|(name, _)| *name).collect();
        let finding = finding("API", shown, stored);
        violations.push(differs(Rule::ApiDiffers, Subject::Application(key), finding, &values, writes));
    }
    for (key, shown, stored) in differences(of_chats(api), of_chats(tables)) {
        let finding = finding("API", shown, stored);
        violations.push(differs(Rule::ApiDiffers, Subject::Chat(key), finding, &[], writes));
    }
    for (key, shown, stored) in differences(messages(api), messages(tables)) {
        let values: Vec<&str> = shown.iter().chain(&stored).copied().collect();
        let finding = finding("API", shown, stored);
        violations.push(differs(Rule::ApiDiffers, Subject::Message(key), finding, &values, writes));
    }
    violations
}

/// A document may be missing only if it was lost with the whole index.
fn index(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let documents = sorted(&state.index, |document| document.message);
    let documents = documents.map(|(key, document)| (key, &*document.body));
    let different = differences(documents, messages(&state.tables));
    let unexplained =
        different.filter(|(key, shown, _)| shown.is_some() || !state.lost_from_index.contains(key));
    unexplained
        .map(|(key, shown, stored)| {
            let values: Vec<&str> = shown.iter().chain(&stored).copied().collect();
            let finding = finding("index", shown, stored);
            differs(Rule::IndexDiffers, Subject::Message(key), finding, &values, writes)
        })
        .collect()
}

fn finding<V: Debug>(place: &str, shown: Option<V>, stored: Option<V>) -> String {
    match (shown, stored) {
        (Some(shown), Some(stored)) => format!("the {place} has {shown:?} in place of {stored:?}"),
        (Some(_), None) => format!("the {place} has it, but the tables do not"),
        (None, _) => format!("the {place} does not have it"),
    }
}

fn differs(rule: Rule, subject: Subject, finding: String, values: &[&str], writes: &Writes<'_>) -> Violation {
    let about = writes.about(&subject, values);
    Violation::new(rule, subject, finding).with(about)
}
