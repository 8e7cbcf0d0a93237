//! What is deleted accepts nothing.

use std::time::Duration;

use super::client_write::ClientWrite;
use super::deletion::Deletion;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::Subject;

/// How long a process may take a token as valid after its rotation, or after the deletion of its application. That deletion
/// removes what it accepts meanwhile.
/// Source: docs/tokens.md.
pub(super) const KNOWN_FOR: Duration = Duration::from_mins(1);

pub(super) fn check(writes: &Writes<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (application, of_application) in &writes.applications {
        let deletion = writes.application_deletion(*application);
        let mut refuse = |writes: &[ClientWrite<'_>]| {
            violations.extend(accepted(
                &Subject::Application(*application),
                writes,
                deletion,
                Duration::ZERO,
            ));
        };
        refuse(of_application.chats.all());
        refuse(&of_application.renames);
        refuse(&of_application.rotations);
        refuse(&of_application.deletions);
    }
    for (chat, of_chat) in &writes.chats {
        let subject = Subject::Chat(*chat);
        let deletion = writes.chat_deletion(*chat);
        violations.extend(accepted(&subject, &of_chat.deletions, deletion, Duration::ZERO));
        // The deletion of a chat closes it before the reply.
        let alone = Deletion::of(&of_chat.deletions);
        let with_application = writes.application_deletion(chat.application);
        let messages = of_chat.messages.all();
        violations.extend(either(&subject, messages, alone, with_application));
    }
    for (message, of_message) in &writes.messages {
        let subject = Subject::Message(*message);
        let of_chat = writes.chats.get(&message.chat);
        let alone = of_chat.map_or(Deletion::No, |writes| Deletion::of(&writes.deletions));
        let with_application = writes.application_deletion(message.chat.application);
        for changes in [&of_message.updates, &of_message.deletions] {
            violations.extend(either(&subject, changes, alone, with_application));
        }
    }
    violations
}

/// Writes to a chat or in it.
fn either(
    subject: &Subject,
    writes: &[ClientWrite<'_>],
    of_chat: Deletion<'_>,
    of_application: Deletion<'_>,
) -> Vec<Violation> {
    let violations = accepted(subject, writes, of_chat, Duration::ZERO);
    if violations.is_empty() { accepted(subject, writes, of_application, KNOWN_FOR) } else { violations }
}

fn accepted(
    subject: &Subject,
    writes: &[ClientWrite<'_>],
    deletion: Deletion<'_>,
    grace: Duration,
) -> Vec<Violation> {
    let Some(deletion) = deletion.accepted() else { return Vec::new() };
    let late = writes.iter().filter(|write| write.start() > deletion.end + grace);
    let finding = "a write was accepted after the deletion";
    late.filter_map(ClientWrite::accepted)
        .map(|accepted| {
            Violation::new(Rule::AcceptedAfterDeletion, subject.clone(), finding).with([deletion, accepted])
        })
        .collect()
}
