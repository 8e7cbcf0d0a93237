#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use conversation::ApplicationId;

use crate::history::{ApplicationKey, ChatKey, MessageKey};
use crate::random::Random;

/// An application as clients know it.
#[derive(Debug, Clone)]
pub(crate) struct KnownApplication {
    pub(crate) id: ApplicationId,
    /// The newest token that a client was told.
    pub(crate) token: String,
    pub(crate) is_deleted: bool,
    /// The highest chat number that a client was told.
    chats: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct KnownChat {
    is_deleted: bool,
    /// The highest message number that a client was told.
    messages: u64,
}

/// What all clients together were told by replies.
#[derive(Debug, Default)]
pub(crate) struct Directory {
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
    pub(crate) fn add_application(&mut self, key: ApplicationKey, id: ApplicationId, token: String) {
        if self.applications.contains_key(&key) {
            return;
        }
        self.applications.insert(key, KnownApplication { id, token, is_deleted: false, chats: 0 });
        self.open_applications.push(key);
    }

    pub(crate) fn add_chat(&mut self, chat: ChatKey) {
        let Some(application) = self.applications.get_mut(&chat.application) else { return };
        application.chats = application.chats.max(chat.number);
        if !application.is_deleted && !self.chats.contains_key(&chat) {
            self.chats.insert(chat, KnownChat::default());
            self.open_chats.push(chat);
        }
    }

    pub(crate) fn add_message(&mut self, message: MessageKey) {
        if let Some(chat) = self.chats.get_mut(&message.chat) {
            chat.messages = chat.messages.max(message.number);
        }
    }

    /// `now` is when the reply with the token arrived.
    pub(crate) fn set_token(&mut self, key: ApplicationKey, token: String, now: Duration) {
        let Some(application) = self.applications.get_mut(&key) else { return };
        if application.token != token {
            let old = std::mem::replace(&mut application.token, token);
            self.old_tokens.push((key, old, now));
        }
    }

    /// A token that was replaced, of which application, and since when.
    pub(crate) fn pick_old_token(&self, random: &Random) -> Option<(ApplicationKey, String, Duration)> {
        random.pick(&self.old_tokens).cloned()
    }

    pub(crate) fn remove_application(&mut self, key: ApplicationKey) {
        if let Some(application) = self.applications.get_mut(&key) {
            application.is_deleted = true;
        }
        self.open_applications.retain(|other| *other != key);
        self.open_chats.retain(|chat| chat.application != key);
    }

    pub(crate) fn remove_chat(&mut self, key: ChatKey) {
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.is_deleted = true;
        }
        self.open_chats.retain(|other| *other != key);
    }

    pub(crate) fn application(&self, key: ApplicationKey) -> Option<&KnownApplication> {
        self.applications.get(&key)
    }

    pub(crate) fn is_open(&self, chat: ChatKey) -> bool {
        self.chats.get(&chat).is_some_and(|known| !known.is_deleted)
            && self.applications.get(&chat.application).is_some_and(|known| !known.is_deleted)
    }

    pub(crate) fn open_applications(&self) -> usize {
        self.open_applications.len()
    }

    /// An application that was not deleted.
    pub(crate) fn pick_application(&self, random: &Random) -> Option<ApplicationKey> {
        random.pick(&self.open_applications).copied()
    }

    /// A chat, usually one that was not deleted.
    pub(crate) fn pick_chat(&self, random: &Random) -> Option<ChatKey> {
        if random.chance(0.03) {
            let all: Vec<ChatKey> = self.chats.keys().copied().collect();
            return random.pick(&all).copied();
        }
        // Half of the requests are about one chat in four, so that writes to one chat overlap.
        let busy = self.open_chats.len().div_ceil(4);
        let busy = if random.chance(0.5) { self.open_chats.get(..busy) } else { None };
        random.pick(busy.unwrap_or(&self.open_chats)).copied()
    }

    pub(crate) fn pick_open_chat(&self, random: &Random) -> Option<ChatKey> {
        random.pick(&self.open_chats).copied()
    }

    /// Treats the first open chat apart from all others.
    pub(crate) fn choose_busy_chat(&mut self) {
        if !self.open_chats.is_empty() {
            self.busy_chat = Some(self.open_chats.remove(0));
        }
    }

    /// The busy chat, even if it was deleted.
    pub(crate) fn chosen_busy_chat(&self) -> Option<ChatKey> {
        self.busy_chat
    }

    /// The busy chat, unless there is none or it was deleted.
    pub(crate) fn busy_chat(&self) -> Option<ChatKey> {
        self.busy_chat.filter(|chat| self.is_open(*chat))
    }

    pub(crate) fn busy_or_any_chat(&self, random: &Random) -> Option<ChatKey> {
        self.busy_chat().or_else(|| self.pick_chat(random))
    }

    pub(crate) fn first_application(&self) -> Option<ApplicationKey> {
        self.open_applications.first().copied()
    }

    /// A message that was accepted, often one of the last ones.
    pub(crate) fn pick_message(&self, random: &Random) -> Option<MessageKey> {
        let chat = self.pick_chat(random)?;
        let last = self.chats.get(&chat)?.messages;
        let among = if random.chance(0.5) { last.min(3) } else { last };
        (last > 0).then(|| MessageKey { chat, number: last - random.below(among) })
    }
}
