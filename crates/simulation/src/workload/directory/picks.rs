//! Random choices among what clients know.

use std::time::Duration;

use super::Directory;
use crate::history::{ApplicationKey, ChatKey, MessageKey};
use crate::random::Random;

/// How often a chat is chosen among all chats, even deleted ones.
const ANY_CHAT: f64 = 0.03;
/// Half of the requests are about one open chat of this many, so that writes to one chat overlap.
const FREQUENT_CHATS: usize = 4;
/// Half of the messages are chosen among this many last ones.
const LAST_MESSAGES: u64 = 3;

impl Directory {
    /// A token that was replaced, of which application, and since when.
    pub(crate) fn pick_old_token(&self, random: &Random) -> Option<(ApplicationKey, String, Duration)> {
        random.pick(&self.old_tokens).cloned()
    }

    /// An application that was not deleted.
    pub(crate) fn pick_application(&self, random: &Random) -> Option<ApplicationKey> {
        random.pick(&self.open_applications).copied()
    }

    /// A chat, usually one that was not deleted.
    pub(crate) fn pick_chat(&self, random: &Random) -> Option<ChatKey> {
        if random.chance(ANY_CHAT) {
            let all: Vec<ChatKey> = self.chats.keys().copied().collect();
            return random.pick(&all).copied();
        }
        let frequent = self.open_chats.len().div_ceil(FREQUENT_CHATS);
        let frequent = if random.chance(0.5) { self.open_chats.get(..frequent) } else { None };
        random.pick(frequent.unwrap_or(&self.open_chats)).copied()
    }

    pub(crate) fn pick_open_chat(&self, random: &Random) -> Option<ChatKey> {
        random.pick(&self.open_chats).copied()
    }

    pub(crate) fn busy_or_any_chat(&self, random: &Random) -> Option<ChatKey> {
        self.busy_chat().or_else(|| self.pick_chat(random))
    }

    /// A message that was accepted, often one of the last ones.
    pub(crate) fn pick_message(&self, random: &Random) -> Option<MessageKey> {
        let chat = self.pick_chat(random)?;
        let last = self.chats.get(&chat)?.messages;
        let among = if random.chance(0.5) { last.min(LAST_MESSAGES) } else { last };
        (last > 0).then(|| MessageKey { chat, number: last - random.below(among) })
    }
}
