//! What the tables contain, against what clients were told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::client_write::ClientWrite;
use super::creations::{Creations, Explanations, judge};
use super::violation::{Rule, Violation};
use super::writes::{Deletion, MessageWrites, Writes, created_application};
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, FinalState, MessageKey, Operation, Subject,
};

pub(super) fn check(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let stored: BTreeMap<_, _> =
        state.tables.applications.iter().map(|contents| (contents.application, contents)).collect();
    let mut violations = applications(writes, &stored);
    for (key, contents) in &stored {
        if matches!(writes.application_deletion(*key), Deletion::Accepted(_)) {
            continue;
        }
        violations.extend(chats(writes, *key, contents));
    }
    // What a dead letter explains, the dead letter reports.
    let dead: BTreeSet<_> = state.dead_letters.iter().filter_map(|letter| letter.subject.as_ref()).collect();
    violations.retain(|violation| !(dead.contains(&violation.subject) && is_lost(violation.rule)));
    violations
}

/// Whether a record that was not applied breaks the rule.
fn is_lost(rule: Rule) -> bool {
    matches!(rule, Rule::AcceptedWriteLost | Rule::WritesOutOfOrder | Rule::DeletedIsBack)
}

/// Whether something should be stored: the violation if it is not so.
fn presence(
    subject: Subject,
    is_stored: bool,
    created: Option<&Operation>,
    deletion: Deletion<'_>,
) -> Option<Violation> {
    match (deletion, created) {
        (Deletion::Accepted(deletion), _) if is_stored => {
            let finding = "it is stored, but its deletion was accepted";
            Some(
                Violation::new(Rule::DeletedIsBack, subject, finding)
                    .with(created.into_iter().chain([deletion])),
            )
        }
        (Deletion::No, Some(created)) if !is_stored => {
            let finding = "it was accepted and is not stored";
            Some(Violation::new(Rule::AcceptedWriteLost, subject, finding).with([created]))
        }
        _ => None,
    }
}

fn applications(
    writes: &Writes<'_>,
    stored: &BTreeMap<ApplicationKey, &ApplicationContents>,
) -> Vec<Violation> {
    let created: HashMap<_, _> =
        writes.creations.iter().filter_map(|write| Some((created_application(write)?, write))).collect();
    let all: BTreeSet<_> = stored.keys().chain(created.keys()).copied().collect();
    let mut explanations = Explanations::new(&writes.creations);
    let mut violations = Vec::new();
    for key in all {
        let subject = Subject::Application(key);
        let (contents, creation) = (stored.get(&key), created.get(&key).copied());
        let accepted = creation.and_then(ClientWrite::accepted);
        let deletion = writes.application_deletion(key);
        violations.extend(presence(subject.clone(), contents.is_some(), accepted, deletion));
        let Some(contents) = contents else { continue };
        let renames = writes.applications.get(&key).map_or(&[][..], |writes| &writes.renames);
        violations.extend(judge(&subject, &contents.name, creation, renames));
        if creation.is_none() {
            let is_renamed = renames.iter().any(|rename| rename.value() == &*contents.name);
            violations.extend(unacknowledged(&mut explanations, subject, &contents.name, is_renamed));
        }
    }
    violations.extend(explanations.finish());
    violations
}

/// A stored thing whose creation no client saw accepted.
fn unacknowledged(
    explanations: &mut Explanations<'_, '_>,
    subject: Subject,
    value: &str,
    is_updated: bool,
) -> Option<Violation> {
    if is_updated {
        explanations.explain_later(subject);
        return None;
    }
    explanations.explain(&subject, value)
}

fn chats(writes: &Writes<'_>, application: ApplicationKey, contents: &ApplicationContents) -> Vec<Violation> {
    let none = Creations::default();
    let creations = writes.applications.get(&application).map_or(&none, |writes| &writes.chats);
    let stored: BTreeMap<_, _> = contents.chats.iter().map(|chat| (chat.number, chat)).collect();
    let with_messages = writes.chats.range(range_of(application)).map(|(chat, _)| chat.number);
    let all: BTreeSet<_> = stored.keys().copied().chain(creations.numbers()).chain(with_messages).collect();
    let mut explanations = Explanations::new(creations.all());
    let mut violations = Vec::new();
    for number in all {
        let key = ChatKey { application, number };
        let chat = stored.get(&number).copied();
        let creation = creations.numbered(number);
        let accepted = creation.and_then(ClientWrite::accepted);
        // A message that was accepted proves that its chat was created.
        let evidence = accepted.or_else(|| accepted_message(writes, key));
        violations.extend(presence(Subject::Chat(key), chat.is_some(), evidence, writes.chat_deletion(key)));
        let Some(chat) = chat else { continue };
        // What is in a chat that should be gone says nothing more.
        if matches!(writes.chat_deletion(key), Deletion::Accepted(_)) {
            continue;
        }
        if creation.is_none() {
            violations.extend(unacknowledged(&mut explanations, Subject::Chat(key), "", false));
        }
        violations.extend(messages(writes, key, chat));
    }
    violations
}

fn range_of(application: ApplicationKey) -> std::ops::RangeInclusive<ChatKey> {
    ChatKey { application, number: 0 }..=ChatKey { application, number: u64::MAX }
}

fn accepted_message<'h>(writes: &Writes<'h>, chat: ChatKey) -> Option<&'h Operation> {
    writes.chats.get(&chat)?.messages.all().iter().find_map(ClientWrite::accepted)
}

fn messages(writes: &Writes<'_>, chat: ChatKey, contents: &ChatContents) -> Vec<Violation> {
    let (none, unchanged) = (Creations::default(), MessageWrites::default());
    let creations = writes.chats.get(&chat).map_or(&none, |writes| &writes.messages);
    let stored: BTreeMap<_, _> = contents.messages.iter().map(|message| (message.number, message)).collect();
    let all: BTreeSet<_> = stored.keys().copied().chain(creations.numbers()).collect();
    let mut explanations = Explanations::new(creations.all());
    let mut violations = Vec::new();
    for number in all {
        let key = MessageKey { chat, number };
        let subject = Subject::Message(key);
        let (message, creation) = (stored.get(&number), creations.numbered(number));
        let accepted = creation.and_then(ClientWrite::accepted);
        let changes = writes.messages.get(&key).unwrap_or(&unchanged);
        let deletion = Deletion::of(&changes.deletions);
        violations.extend(presence(subject.clone(), message.is_some(), accepted, deletion));
        let Some(message) = message else { continue };
        violations.extend(judge(&subject, &message.body, creation, &changes.updates));
        if creation.is_none() {
            let is_updated = changes.updates.iter().any(|update| update.value() == &*message.body);
            violations.extend(unacknowledged(&mut explanations, subject, &message.body, is_updated));
        }
    }
    violations.extend(explanations.finish());
    violations
}
