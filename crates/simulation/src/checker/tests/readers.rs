//! Clients that read.

use std::time::Duration;

use super::model::Model;
use super::plan::Ending;
use crate::history::{
    ApplicationKey, ChatKey, ClientKey, FollowedPage, Found, MessageKey, OldToken, Read, Request, Search,
};

impl Model {
    pub(super) fn follow(&mut self, chat: Option<ChatKey>) {
        let Some(chat) = chat else { return };
        let after = self.followed.get(&chat).copied().unwrap_or_default();
        let numbers: Vec<_> =
            self.chat(chat).messages.range(after + 1..).map(|(number, _)| *number).collect();
        self.followed.insert(chat, numbers.last().copied().unwrap_or(after));
        let (start, end) = self.tick();
        self.run.history.followed_pages.push(FollowedPage {
            client: ClientKey(2),
            chat,
            start,
            end,
            after,
            numbers,
        });
    }

    /// All bodies of messages contain an "m".
    pub(super) fn search(&mut self, chat: Option<ChatKey>) {
        let Some(chat) = chat else { return };
        let hits = self.chat(chat).messages.keys().copied().collect();
        let ((start, end), client, text) = (self.tick(), ClientKey(2), "m".into());
        self.run.history.searches.push(Search { client, chat, text, start, end, hits });
    }

    pub(super) fn read(&mut self, message: Option<MessageKey>) {
        let Some(message) = message else { return };
        let found = Found::Body(self.chat(message.chat).messages[&message.number].clone());
        let ((start, end), client) = (self.tick(), ClientKey(2));
        self.run.history.reads.push(Read { client, message, start, end, found });
    }

    /// Rotates a token, and tries the one before.
    pub(super) fn rotate(&mut self, application: Option<ApplicationKey>, ending: Ending) {
        let Some(application) = application else { return };
        self.write(&Request::RotateToken { application }, ending);
        if ending == Ending::Accepted {
            let (start, end) = self.tick();
            let old = OldToken {
                client: ClientKey(2),
                application,
                replaced: start,
                start,
                end,
                is_accepted: false,
            };
            self.run.history.old_tokens.push(old);
        }
    }

    /// When the next request starts and ends.
    pub(super) fn tick(&mut self) -> (Duration, Duration) {
        let start = Duration::from_millis(self.now);
        self.now += 10;
        (start, start + Duration::from_millis(8))
    }
}
