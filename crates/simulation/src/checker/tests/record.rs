//! Changes of what clients were told.

use std::sync::Arc;
use std::time::Duration;

use super::run::Run;
use crate::history::{ChatKey, ClientKey, MessageKey, Operation, Outcome, Reply, Request, Search};

impl Run {
    /// The time of something after all that happened.
    pub(super) fn after_all(&self) -> (Duration, Duration) {
        let last = self.history.operations.iter().map(|operation| operation.end).max().unwrap_or_default();
        (last + Duration::from_millis(2), last + Duration::from_millis(10))
    }

    fn record(&mut self, request: Request, outcome: Outcome) -> bool {
        let (start, end) = self.after_all();
        let client = ClientKey(1);
        self.history.operations.push(Operation {
            client,
            start,
            end,
            idempotency_key: None,
            request,
            outcome,
        });
        true
    }

    pub(super) fn accept(&mut self, request: Request, reply: Reply) -> bool {
        self.record(request, Outcome::Ok(reply))
    }

    pub(super) fn refuse(&mut self, request: Request, status: u16, code: &str) -> bool {
        self.record(request, Outcome::Refused { status, code: code.into() })
    }

    /// Accepts a message with the next number, after those that are skipped.
    pub(super) fn accept_message(&mut self, chat: ChatKey, body: &str, skipped: u64) -> bool {
        let (body, number): (Arc<str>, u64) = (body.into(), self.next_message(chat) + skipped);
        self.accept(Request::CreateMessage { chat, body: body.clone() }, Reply::Message { number, body })
    }

    pub(super) fn accept_update(&mut self, message: MessageKey) -> bool {
        let (body, number): (Arc<str>, u64) = ("late".into(), message.number);
        self.accept(Request::UpdateMessage { message, body: body.clone() }, Reply::Message { number, body })
    }

    /// Delays the last operation.
    pub(super) fn delay_last(&mut self, by: Duration) -> bool {
        let last = self.history.operations.last_mut();
        last.map(|last| (last.start, last.end) = (last.start + by, last.end + by)).is_some()
    }

    /// Adds a search that finds a deleted message, some time after its deletion.
    pub(super) fn search_deleted(&mut self, later: Duration) -> bool {
        let deleted = self.find(|operation| match &operation.request {
            Request::DeleteMessage { message } if operation.is_accepted() => Some((*message, operation.end)),
            _ => None,
        });
        let Some((message, end)) = deleted else { return false };
        let Some(text) = self.accepted_body(message) else { return false };
        let (start, hits) = (end + later, vec![message.number]);
        let end = start + Duration::from_millis(8);
        self.history.searches.push(Search {
            client: ClientKey(1),
            chat: message.chat,
            text,
            start,
            end,
            hits,
        });
        true
    }

    pub(super) fn renumber(&mut self, message: MessageKey, to: u64) {
        for operation in &mut self.history.operations {
            if !matches!(operation.request, Request::CreateMessage { chat, .. } if chat == message.chat) {
                continue;
            }
            if let Outcome::Ok(Reply::Message { number, .. }) = &mut operation.outcome
                && *number == message.number
            {
                *number = to;
            }
        }
    }

    /// Removes a stored message from the page in which a follower saw it before another one.
    pub(super) fn hide(&mut self) -> Option<MessageKey> {
        let unchanged: Vec<_> = self.unchanged_creations().into_iter().map(|(message, _)| message).collect();
        for page in &mut self.history.followed_pages {
            let pairs = page.numbers.iter().zip(page.numbers.iter().skip(1)).enumerate();
            let of = |number: u64| MessageKey { chat: page.chat, number };
            let hidden = pairs
                .filter(|(_, (one, two))| unchanged.contains(&of(**one)) && unchanged.contains(&of(**two)))
                .map(|(position, (one, _))| (position, of(*one)))
                .next();
            if let Some((position, message)) = hidden {
                page.numbers.remove(position);
                return Some(message);
            }
        }
        None
    }

    /// The same, and the creation of the message ends long after that of the other one.
    pub(super) fn hide_overlapping(&mut self) -> Option<MessageKey> {
        let hidden = self.hide()?;
        let created = self.history.operations.iter_mut().find(|operation| {
            matches!(&operation.request, Request::CreateMessage { chat, .. } if *chat == hidden.chat)
                && operation.number() == Some(hidden.number)
        });
        created?.end = Duration::from_hours(1);
        Some(hidden)
    }
}
