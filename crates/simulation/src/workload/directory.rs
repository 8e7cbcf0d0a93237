mod picks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use conversation::ApplicationId;

use crate::history::{ApplicationKey, ChatKey, MessageKey};

/// An application as clients know it.
#[derive(Debug, Clone)]
pub(super) struct KnownApplication {
    pub(super) id: ApplicationId,
    /// The newest token that a client was told.
    pub(super) token: String,
    pub(super) is_deleted: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct KnownChat {
    is_deleted: bool,
    /// The highest message number that a client was told.
    messages: u64,
}

/// What all clients together were told by replies.
#[derive(Debug, Default)]
pub(super) struct Directory {
    applications: BTreeMap<ApplicationKey, KnownApplication>,
    chats: BTreeMap<ChatKey, KnownChat>,
    /// Those that were not deleted, for a quick choice.
    open_applications: Vec<ApplicationKey>,
    open_chats: Vec<ChatKey>,
    /// The chat that the scenario treats apart from all others. It is not among the open chats.
    busy_chat: Option<ChatKey>,
    /// Tokens that were replaced, and when.
    old_tokens: Vec<(ApplicationKey, String, Duration)>,
}

impl Directory {
    pub(super) fn add_application(&mut self, key: ApplicationKey, id: ApplicationId, token: String) {
        if self.applications.contains_key(&key) {
            return;
        }
        self.applications.insert(key, KnownApplication { id, token, is_deleted: false });
        self.open_applications.push(key);
    }

    pub(super) fn add_chat(&mut self, chat: ChatKey) {
        let Some(application) = self.applications.get(&chat.application) else { return };
        if !application.is_deleted && !self.chats.contains_key(&chat) {
            self.chats.insert(chat, KnownChat::default());
            self.open_chats.push(chat);
        }
    }

    pub(super) fn add_message(&mut self, message: MessageKey) {
        if let Some(chat) = self.chats.get_mut(&message.chat) {
            chat.messages = chat.messages.max(message.number);
        }
    }

    /// `now` is when the reply with the token arrived.
    pub(super) fn set_token(&mut self, key: ApplicationKey, token: String, now: Duration) {
        let Some(application) = self.applications.get_mut(&key) else { return };
        if application.token != token {
            let old = std::mem::replace(&mut application.token, token);
            self.old_tokens.push((key, old, now));
        }
    }

    pub(super) fn remove_application(&mut self, key: ApplicationKey) {
        if let Some(application) = self.applications.get_mut(&key) {
            application.is_deleted = true;
        }
        self.open_applications.retain(|other| *other != key);
        self.open_chats.retain(|chat| chat.application != key);
    }

    pub(super) fn remove_chat(&mut self, key: ChatKey) {
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.is_deleted = true;
        }
        self.open_chats.retain(|other| *other != key);
    }

    pub(super) fn application(&self, key: ApplicationKey) -> Option<&KnownApplication> {
        self.applications.get(&key)
    }

    pub(super) fn is_open(&self, chat: ChatKey) -> bool {
        self.chats.get(&chat).is_some_and(|known| !known.is_deleted)
            && self.applications.get(&chat.application).is_some_and(|known| !known.is_deleted)
    }

    pub(super) fn open_applications(&self) -> usize {
        self.open_applications.len()
    }

    /// Treats the first open chat apart from all others.
    pub(super) fn choose_busy_chat(&mut self) {
        if !self.open_chats.is_empty() {
            self.busy_chat = Some(self.open_chats.remove(0));
        }
    }

    /// The busy chat, even if it was deleted.
    pub(super) fn chosen_busy_chat(&self) -> Option<ChatKey> {
        self.busy_chat
    }

    /// The busy chat, unless there is none or it was deleted.
    pub(super) fn busy_chat(&self) -> Option<ChatKey> {
        self.busy_chat.filter(|chat| self.is_open(*chat))
    }

    pub(super) fn first_application(&self) -> Option<ApplicationKey> {
        self.open_applications.first().copied()
    }
}
