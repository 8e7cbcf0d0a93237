//! Compares the tables with what clients were told.

use std::collections::{BTreeMap, BTreeSet};

use super::client_write::ClientWrite;
use super::creations::Creations;
use super::deletion::Deletion;
use super::explanations::Explanations;
use super::rule::Rule;
use super::value::{judge, newest};
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, FinalState, MessageKey, Operation, Subject,
};

pub(super) fn check(writes: &Writes<'_>, state: &FinalState) -> Vec<Violation> {
    let stored: BTreeMap<_, _> =
        state.tables.applications.iter().map(|contents| (contents.application, contents)).collect();
    let mut violations = applications(writes, &stored);
    for (key, contents) in &stored {
        // If the application should be gone, its contents say nothing more.
        if writes.application_deletion(*key).accepted().is_none() {
            violations.extend(chats(writes, *key, contents));
        }
    }
    violations
}

/// The violation if something is stored that should not be, or is not stored that should be. `proof` shows that it was
/// created.
fn presence(
    subject: Subject,
    is_stored: bool,
    proof: Option<&Operation>,
    deletion: Deletion<'_>,
) -> Option<Violation> {
    let violation = |rule, finding, evidence: [Option<&Operation>; 2]| {
        Some(Violation::new(rule, subject, finding).with(evidence.into_iter().flatten()))
    };
    match (deletion, proof) {
        (Deletion::Accepted(deletion), _) if is_stored => violation(
            Rule::DeletedIsBack,
            "it is stored, but its deletion was accepted",
            [proof, Some(deletion)],
        ),
        (Deletion::No, Some(_)) if !is_stored => {
            violation(Rule::AcceptedWriteLost, "it was accepted and is not stored", [proof, None])
        }
        _ => None,
    }
}

fn applications(
    writes: &Writes<'_>,
    stored: &BTreeMap<ApplicationKey, &ApplicationContents>,
) -> Vec<Violation> {
    let with_writes = writes.applications.keys().copied();
    let all: BTreeSet<_> =
        stored.keys().copied().chain(writes.created_applications()).chain(with_writes).collect();
    let mut explanations = Explanations::new(&writes.creations);
    let mut violations = Vec::new();
    for key in all {
        let subject = Subject::Application(key);
        let (contents, creation) = (stored.get(&key), writes.application(key));
        // A chat that was accepted proves that its application was created.
        let chats = writes.applications.get(&key).map_or(&[][..], |writes| writes.chats.all());
        let proof = creation.into_iter().chain(chats).find_map(ClientWrite::accepted);
        let deletion = writes.application_deletion(key);
        violations.extend(presence(subject.clone(), contents.is_some(), proof, deletion));
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
    let all_of = ChatKey { application, number: 0 }..=ChatKey { application, number: u64::MAX };
    let with_messages = writes.chats.range(all_of).map(|(chat, _)| chat.number);
    let all: BTreeSet<_> = stored.keys().copied().chain(creations.numbers()).chain(with_messages).collect();
    let mut explanations = Explanations::new(creations.all());
    let mut violations = Vec::new();
    for number in all {
        let key = ChatKey { application, number };
        let (chat, creation) = (stored.get(&number), creations.numbered(number));
        let messages = writes.chats.get(&key).map_or(&[][..], |writes| writes.messages.all());
        // A message that was accepted proves that its chat was created.
        let proof = creation.into_iter().chain(messages).find_map(ClientWrite::accepted);
        let deletion = writes.chat_deletion(key);
        violations.extend(presence(Subject::Chat(key), chat.is_some(), proof, deletion));
        let Some(chat) = chat.filter(|_| deletion.accepted().is_none()) else { continue };
        if creation.is_none() {
            violations.extend(unacknowledged(&mut explanations, Subject::Chat(key), "", false));
        }
        violations.extend(self::messages(writes, key, chat));
    }
    violations
}

fn messages(writes: &Writes<'_>, chat: ChatKey, contents: &ChatContents) -> Vec<Violation> {
    let none = Creations::default();
    let creations = writes.chats.get(&chat).map_or(&none, |writes| &writes.messages);
    let stored: BTreeMap<_, _> = contents.messages.iter().map(|message| (message.number, message)).collect();
    let all_of = MessageKey { chat, number: 0 }..=MessageKey { chat, number: u64::MAX };
    let changed = writes.messages.range(all_of).map(|(message, _)| message.number);
    let all: BTreeSet<_> = stored.keys().copied().chain(creations.numbers()).chain(changed).collect();
    let mut explanations = Explanations::new(creations.all());
    let mut violations = Vec::new();
    for number in all {
        let key = MessageKey { chat, number };
        let subject = Subject::Message(key);
        let (message, creation) = (stored.get(&number), creations.numbered(number));
        let (updates, deletions) = writes.changes(key);
        // An update is accepted only if the message is stored.
        let proof = creation.and_then(ClientWrite::accepted).or_else(|| newest(updates));
        violations.extend(presence(subject.clone(), message.is_some(), proof, Deletion::of(deletions)));
        let Some(message) = message else { continue };
        violations.extend(judge(&subject, &message.body, creation, updates).map(|violation| {
            // It may be the body of another message.
            let is_wrong = violation.rule == Rule::WrongContent;
            let sent = is_wrong.then(|| explanations.sent(&message.body)).flatten();
            violation.with(sent)
        }));
        if creation.is_none() {
            let is_updated = updates.iter().any(|update| update.value() == &*message.body);
            violations.extend(unacknowledged(&mut explanations, subject, &message.body, is_updated));
        }
    }
    violations.extend(explanations.finish().into_iter().map(|violation| {
        let about = writes.about(&violation.subject, &[]);
        violation.with(about)
    }));
    violations
}
