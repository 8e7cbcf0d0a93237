//! The shortest part of the history that explains the state of something.

use super::client_write::ClientWrite;
use super::value::newest;
use super::writes::Writes;
use crate::history::{Operation, Subject};

impl<'h> Writes<'h> {
    /// The creation of the subject, its changes that matter, and the deletions of it and of what contains it. Of the
    /// changes, the last accepted one matters, and those that wrote one of `values`.
    pub(super) fn about(&self, subject: &Subject, values: &[&str]) -> Vec<&'h Operation> {
        let (application, chat, created, updates, deletions) = match subject {
            Subject::Application(key) => {
                let renames = self.applications.get(key).map_or(&[][..], |writes| &writes.renames);
                (*key, None, self.application(*key), renames, &[][..])
            }
            Subject::Chat(key) => (key.application, Some(*key), self.chat(*key), &[][..], &[][..]),
            Subject::Message(key) => {
                let (updates, deletions) = self.changes(*key);
                (key.chat.application, Some(key.chat), self.message(*key), updates, deletions)
            }
            Subject::Queue(_) | Subject::Region => return Vec::new(),
        };
        let of_chat = chat.and_then(|chat| self.chats.get(&chat));
        let of_application = self.applications.get(&application);
        let deletions = deletions
            .iter()
            .chain(of_chat.into_iter().flat_map(|writes| &writes.deletions))
            .chain(of_application.into_iter().flat_map(|writes| &writes.deletions));
        let matching = updates.iter().filter(|update| values.contains(&update.value()));
        let mut evidence: Vec<&'h Operation> = created.and_then(ClientWrite::accepted).into_iter().collect();
        evidence.extend(newest(updates));
        let attempts = matching.chain(deletions).flat_map(ClientWrite::attempts);
        for attempt in attempts.filter(|attempt| !attempt.is_refused()) {
            if !evidence.iter().any(|known| std::ptr::eq(*known, attempt)) {
                evidence.push(attempt);
            }
        }
        evidence
    }
}
