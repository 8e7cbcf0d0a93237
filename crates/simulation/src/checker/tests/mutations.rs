//! Mistakes of a store, one at a time. Each changes what is left behind, or what clients were told.

use std::sync::Arc;
use std::time::Duration;

use super::run::Run;
use crate::checker::Rule;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, DeadLetter, IndexedDocument,
    LedgerSize, MessageContents, MessageKey, Operation, Outcome, QueueDepth, Reply, Request, Subject,
};

/// Makes the mistake. Returns whether the run has what it needs for it.
type Mutate = fn(&mut Run) -> bool;

/// Each with the rules that it breaks in [`Run::sample`].
pub(super) const MUTATIONS: &[(&str, &[Rule], Mutate)] = &[
    ("an accepted message is lost", &[Rule::AcceptedWriteLost], |run| {
        run.unchanged().is_some_and(|message| run.remove(message))
    }),
    ("an accepted chat is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some(Request::CreateMessage { chat, .. }) = run.unchanged_creation().map(|(_, request)| request)
        else {
            return false;
        };
        if run.has(|request| match request {
            Request::DeleteChat { chat: deleted } => *deleted == chat,
            Request::DeleteApplication { application } => *application == chat.application,
            _ => false,
        }) {
            return false;
        }
        run.remove_chat(chat)
    }),
    ("an accepted application is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some(application) = run.accepted_application() else { return false };
        let is_deleted = run.has(|request| *request == Request::DeleteApplication { application });
        !is_deleted && run.remove_application(application)
    }),
    ("a refused message is stored", &[Rule::RefusedWriteApplied], |run| {
        let refused = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Refused { .. }) => Some((*chat, body.clone())),
            _ => None,
        });
        refused.is_some_and(|(chat, body)| run.append(chat, &body))
    }),
    ("a refused update is applied", &[Rule::RefusedWriteApplied], |run| {
        let refused = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::UpdateMessage { message, body }, Outcome::Refused { .. }) => {
                Some((*message, body.clone()))
            }
            _ => None,
        });
        refused.is_some_and(|(message, body)| run.replace(message, &body))
    }),
    ("a message that nobody sent is stored", &[Rule::Unexplained], |run| {
        run.some_chat().is_some_and(|chat| run.append(chat, "from nowhere"))
    }),
    ("a chat that nobody created is stored", &[Rule::Unexplained], |run| {
        let Some(application) = run.state.tables.applications.first().map(|contents| contents.application)
        else {
            return false;
        };
        // More than unknown outcomes explain.
        let attempts = run.history.operations.len();
        for _ in 0..=attempts {
            run.append_chat(application);
        }
        true
    }),
    ("an application that nobody created is stored", &[Rule::Unexplained], |run| {
        run.append_application(ApplicationKey(1000), "from nowhere")
    }),
    ("a message has another body", &[Rule::WrongContent], |run| {
        run.unchanged().is_some_and(|message| run.replace(message, "something else"))
    }),
    ("an application has another name", &[Rule::WrongContent], |run| {
        let Some(application) = run.accepted_application() else { return false };
        let mut is_changed = false;
        for contents in run.everywhere() {
            let same =
                contents.applications.iter_mut().filter(|contents| contents.application == application);
            for contents in same {
                contents.name = "something else".into();
                is_changed = true;
            }
        }
        is_changed
    }),
    ("a reply shows another body", &[Rule::WrongContent], |run| {
        let reply = run.history.operations.iter_mut().find_map(|operation| match &mut operation.outcome {
            Outcome::Ok(Reply::Message { body, .. }) if operation.idempotency_key.is_none() => Some(body),
            _ => None,
        });
        reply.map(|body| *body = "something else".into()).is_some()
    }),
    ("an accepted message is stored twice", &[Rule::AppliedTwice], |run| {
        let Some((message, Request::CreateMessage { body, .. })) = run.unchanged_creation() else {
            return false;
        };
        run.append(message.chat, &body)
    }),
    ("a message with an unknown outcome is stored twice", &[Rule::AppliedTwice], |run| {
        let unknown = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Unknown(_))
                if operation.idempotency_key.is_none() =>
            {
                Some((*chat, body.clone()))
            }
            _ => None,
        });
        unknown.is_some_and(|(chat, body)| run.append(chat, &body) && run.append(chat, &body))
    }),
    ("a key creates two messages", &[Rule::AppliedTwice], |run| {
        let last = run.history.operations.iter_mut().rfind(|operation| {
            operation.idempotency_key.is_some() && matches!(operation.request, Request::CreateMessage { .. })
        });
        let Some(Operation { outcome: Outcome::Ok(Reply::Message { number, .. }), .. }) = last else {
            return false;
        };
        *number += 100;
        true
    }),
    ("a number is used twice", &[Rule::NumberRepeated, Rule::WrongContent], |run| {
        let Some((one, two)) = run.two_unchanged() else { return false };
        run.renumber(two, one.number);
        run.remove(two)
    }),
    ("a later message has the lower number", &[Rule::NumbersOutOfOrder], |run| {
        let Some((one, two)) = run.two_unchanged() else { return false };
        let (body_one, body_two) = (run.body(one), run.body(two));
        run.renumber(one, 0);
        run.renumber(two, one.number);
        run.renumber(MessageKey { number: 0, ..one }, two.number);
        run.replace(one, &body_two) && run.replace(two, &body_one)
    }),
    ("the older of two updates stays", &[Rule::WritesOutOfOrder], |run| {
        let updates: Vec<_> = run.accepted_updates();
        let older = updates.iter().enumerate().find(|(position, (message, _))| {
            updates.iter().skip(position + 1).any(|(other, _)| other == message)
        });
        let older = older.map(|(_, update)| update.clone());
        older.is_some_and(|(message, body)| run.replace(message, &body))
    }),
    ("an accepted update is lost", &[Rule::AcceptedWriteLost], |run| {
        let Some((message, _)) = run.accepted_updates().pop() else { return false };
        let created = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateMessage { chat, body }, Outcome::Ok(Reply::Message { number, .. })) => {
                (MessageKey { chat: *chat, number: *number } == message).then(|| body.clone())
            }
            _ => None,
        });
        created.is_some_and(|body| run.replace(message, &body))
    }),
    ("a deleted message is back", &[Rule::DeletedIsBack], |run| {
        let deleted = run.find(|operation| match &operation.request {
            Request::DeleteMessage { message } if operation.is_accepted() => Some(*message),
            _ => None,
        });
        let body = deleted.and_then(|message| run.accepted_body(message));
        deleted.zip(body).is_some_and(|(message, body)| run.insert(message, &body))
    }),
    ("a deleted chat is back", &[Rule::DeletedIsBack], |run| {
        let deleted = run.find(|operation| match &operation.request {
            Request::DeleteChat { chat } if operation.is_accepted() => Some(*chat),
            _ => None,
        });
        deleted.is_some_and(|chat| run.insert_chat(chat))
    }),
    ("a deleted application is back", &[Rule::DeletedIsBack], |run| {
        let Some(application) = run.deleted_application() else { return false };
        let name = run.find(|operation| match (&operation.request, &operation.outcome) {
            (Request::CreateApplication { name }, Outcome::Ok(Reply::Application(created))) => {
                (*created == application).then(|| name.clone())
            }
            _ => None,
        });
        name.is_some_and(|name| run.append_application(application, &name))
    }),
    ("the row of a message is left without its chat", &[Rule::DeletedIsBack], |run| {
        let chat = ChatKey { application: ApplicationKey(1), number: 2 };
        run.state.orphans.push(Subject::Message(MessageKey { chat, number: 1 }));
        true
    }),
    ("a deleted chat accepts a message", &[Rule::AcceptedAfterDeletion], |run| {
        let deleted = run.find(|operation| match &operation.request {
            Request::DeleteChat { chat } if operation.is_accepted() => Some(*chat),
            _ => None,
        });
        let body: Arc<str> = "late".into();
        deleted.is_some_and(|chat| {
            let request = Request::CreateMessage { chat, body: body.clone() };
            run.accept(request, Reply::Message { number: 1000, body })
        })
    }),
    ("a deleted application accepts a chat", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        run.accept(Request::CreateChat { application }, Reply::Chat(1000))
    }),
    ("a message is counted twice", &[Rule::CountDiffers], |run| {
        let Some(chat) = run.some_chat() else { return false };
        run.everywhere()
            .into_iter()
            .all(|contents| find_chat(contents, chat).map(|contents| contents.messages_count += 1).is_some())
    }),
    ("a chat is not counted", &[Rule::CountDiffers], |run| {
        run.everywhere().into_iter().all(|contents| {
            let counted = contents.applications.iter_mut().find(|contents| contents.chats_count > 0);
            counted.map(|contents| contents.chats_count -= 1).is_some()
        })
    }),
    ("the API lacks a message", &[Rule::ApiDiffers], |run| {
        let Some(message) = run.unchanged() else { return false };
        find_chat(&mut run.state.api, message.chat).is_some_and(|contents| contents.messages.pop().is_some())
    }),
    ("the API lists messages out of order", &[Rule::ApiDiffers], |run| {
        let Some((one, _)) = run.two_unchanged() else { return false };
        find_chat(&mut run.state.api, one.chat).is_some_and(|contents| {
            contents.messages.reverse();
            contents.messages.len() > 1
        })
    }),
    ("a page of a follower is out of order", &[Rule::ApiDiffers], |run| {
        let page = run.history.observations.iter_mut().find(|page| page.numbers.len() > 1);
        page.map(|page| page.numbers.reverse()).is_some()
    }),
    ("the index lacks a message", &[Rule::IndexDiffers], |run| run.state.index.pop().is_some()),
    ("the index has an old body", &[Rule::IndexDiffers], |run| {
        run.state.index.last_mut().map(|document| document.body = "old".into()).is_some()
    }),
    ("the index keeps a deleted message", &[Rule::IndexDiffers], |run| {
        let Some(chat) = run.some_chat() else { return false };
        let message = MessageKey { chat, number: 1000 };
        run.state.index.push(IndexedDocument { message, body: "deleted".into() });
        true
    }),
    ("a message is readable after a later one", &[Rule::ReadableOutOfOrder], |run| run.hide().is_some()),
    ("a message is readable after one that overlapped", &[Rule::FollowerMissed], |run| {
        let Some(hidden) = run.hide() else { return false };
        let created = run.history.operations.iter_mut().find(|operation| {
            matches!(&operation.request, Request::CreateMessage { chat, .. } if *chat == hidden.chat)
                && operation.number() == Some(hidden.number)
        });
        created.map(|operation| operation.end = Duration::from_hours(1)).is_some()
    }),
    ("a record is dead", &[Rule::DeadLettered], |run| {
        run.state.dead_letters.push(DeadLetter {
            queue: "writes-dlq.fifo".into(),
            record: "{}".into(),
            subject: None,
            reason: None,
            expected: false,
        });
        true
    }),
    ("a queue does not drain", &[Rule::NotDrained], |run| {
        run.state.queues.push(QueueDepth { queue: "writes.fifo".into(), records: 1 });
        true
    }),
    ("a queue grows without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_records.insert("writes.fifo".into(), 11).is_none()
    }),
    ("a record is received without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_receives.insert("writes.fifo".into(), 11).is_none()
    }),
    ("a request retries without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_calls = 11;
        true
    }),
    ("a ledger was large for a time", &[Rule::Unbounded], |run| {
        run.metrics.peak_ledger = 11;
        true
    }),
    ("a ledger stays large", &[Rule::Unbounded], |run| {
        run.state.ledgers.push(LedgerSize { parent: Subject::Application(ApplicationKey(1)), missing: 11 });
        true
    }),
];

fn find_chat(contents: &mut Contents, key: ChatKey) -> Option<&mut ChatContents> {
    let mut applications = contents.applications.iter_mut();
    let application = applications.find(|contents| contents.application == key.application)?;
    application.chats.iter_mut().find(|contents| contents.number == key.number)
}

impl Run {
    pub(super) fn stored_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.tables.applications[0].chats[0].messages
    }

    pub(super) fn api_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.api.applications[0].chats[0].messages
    }

    fn everywhere(&mut self) -> [&mut Contents; 2] {
        [&mut self.state.tables, &mut self.state.api]
    }

    fn find<T>(&self, matches: impl Fn(&Operation) -> Option<T>) -> Option<T> {
        self.history.operations.iter().find_map(matches)
    }

    fn has(&self, matches: impl Fn(&Request) -> bool) -> bool {
        self.history.operations.iter().any(|operation| matches(&operation.request))
    }

    fn chat(&self, key: ChatKey) -> Option<&ChatContents> {
        let mut applications = self.state.tables.applications.iter();
        let application = applications.find(|contents| contents.application == key.application)?;
        application.chats.iter().find(|contents| contents.number == key.number)
    }

    fn some_chat(&self) -> Option<ChatKey> {
        let application =
            self.state.tables.applications.iter().find(|contents| !contents.chats.is_empty())?;
        Some(ChatKey { application: application.application, number: application.chats.first()?.number })
    }

    fn body(&self, key: MessageKey) -> Arc<str> {
        let mut messages = self.chat(key.chat).unwrap().messages.iter();
        messages.find(|message| message.number == key.number).unwrap().body.clone()
    }

    fn accepted_application(&self) -> Option<ApplicationKey> {
        self.find(|operation| match operation.outcome {
            Outcome::Ok(Reply::Application(application)) => Some(application),
            _ => None,
        })
    }

    fn deleted_application(&self) -> Option<ApplicationKey> {
        self.find(|operation| match operation.request {
            Request::DeleteApplication { application } if operation.is_accepted() => Some(application),
            _ => None,
        })
    }

    /// Stored messages that were accepted without a key, and that nobody changed.
    fn unchanged_creations(&self) -> Vec<(MessageKey, Request)> {
        let operations = self.history.operations.iter();
        operations
            .filter_map(|operation| {
                let Request::CreateMessage { chat, .. } = &operation.request else { return None };
                let message = MessageKey { chat: *chat, number: operation.number()? };
                let is_stored =
                    self.chat(*chat)?.messages.iter().any(|stored| stored.number == message.number);
                let is_changed = self.has(|request| match request {
                    Request::UpdateMessage { message: changed, .. }
                    | Request::DeleteMessage { message: changed } => *changed == message,
                    _ => false,
                });
                (is_stored && !is_changed && operation.idempotency_key.is_none())
                    .then(|| (message, operation.request.clone()))
            })
            .collect()
    }

    fn unchanged_creation(&self) -> Option<(MessageKey, Request)> {
        self.unchanged_creations().into_iter().next()
    }

    fn unchanged(&self) -> Option<MessageKey> {
        self.unchanged_creation().map(|(message, _)| message)
    }

    /// Two of one chat.
    fn two_unchanged(&self) -> Option<(MessageKey, MessageKey)> {
        let all = self.unchanged_creations();
        all.iter()
            .zip(all.iter().skip(1))
            .find(|(one, two)| one.0.chat == two.0.chat)
            .map(|(one, two)| (one.0, two.0))
    }

    /// Accepted updates of stored messages, oldest first.
    fn accepted_updates(&self) -> Vec<(MessageKey, Arc<str>)> {
        let operations = self.history.operations.iter().filter(|operation| operation.is_accepted());
        operations
            .filter_map(|operation| match &operation.request {
                Request::UpdateMessage { message, body } if operation.idempotency_key.is_none() => {
                    let stored = &self.chat(message.chat)?.messages;
                    let is_stored = stored.iter().any(|stored| stored.number == message.number);
                    is_stored.then(|| (*message, body.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// The body with which the message was created.
    fn accepted_body(&self, message: MessageKey) -> Option<Arc<str>> {
        let is_updated = self.has(
            |request| matches!(request, Request::UpdateMessage { message: updated, .. } if *updated == message),
        );
        let created = self.find(|operation| match &operation.request {
            Request::CreateMessage { chat, body } if *chat == message.chat => {
                (operation.number() == Some(message.number)).then(|| body.clone())
            }
            _ => None,
        });
        created.filter(|_| !is_updated)
    }

    fn renumber(&mut self, message: MessageKey, to: u64) {
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

    fn accept(&mut self, request: Request, reply: Reply) -> bool {
        let Some(last) = self.history.operations.last().cloned() else { return false };
        let start = last.end + Duration::from_millis(2);
        let end = start + Duration::from_millis(8);
        let outcome = Outcome::Ok(reply);
        self.history.operations.push(Operation {
            start,
            end,
            idempotency_key: None,
            request,
            outcome,
            ..last
        });
        true
    }

    fn insert(&mut self, message: MessageKey, body: &str) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            chat.messages.push(MessageContents { number: message.number, body: body.into() });
            chat.messages.sort_by_key(|message| message.number);
            chat.messages_count += 1;
            is_stored = true;
        }
        if is_stored {
            self.state.index.push(IndexedDocument { message, body: body.into() });
        }
        is_stored
    }

    fn append(&mut self, chat: ChatKey, body: &str) -> bool {
        let last = self.chat(chat).and_then(|contents| contents.messages.last());
        let number = last.map_or(1000, |message| message.number + 1000);
        self.insert(MessageKey { chat, number }, body)
    }

    fn replace(&mut self, message: MessageKey, body: &str) -> bool {
        self.remove(message) && self.insert(message, body)
    }

    fn remove(&mut self, message: MessageKey) -> bool {
        let mut is_removed = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            let position = chat.messages.iter().position(|stored| stored.number == message.number);
            let Some(position) = position else { continue };
            chat.messages.remove(position);
            chat.messages_count -= 1;
            is_removed = true;
        }
        self.state.index.retain(|document| document.message != message);
        is_removed
    }

    fn insert_chat(&mut self, chat: ChatKey) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let mut applications = contents.applications.iter_mut();
            let Some(parent) = applications.find(|parent| parent.application == chat.application) else {
                continue;
            };
            parent.chats.push(ChatContents { number: chat.number, messages_count: 0, messages: Vec::new() });
            parent.chats.sort_by_key(|chat| chat.number);
            parent.chats_count += 1;
            is_stored = true;
        }
        is_stored
    }

    fn append_chat(&mut self, application: ApplicationKey) {
        let parent = self.state.tables.applications.iter().find(|parent| parent.application == application);
        let last = parent.and_then(|parent| parent.chats.last()).map_or(0, |chat| chat.number);
        self.insert_chat(ChatKey { application, number: last + 1000 });
    }

    fn remove_chat(&mut self, chat: ChatKey) -> bool {
        for contents in self.everywhere() {
            for parent in
                contents.applications.iter_mut().filter(|parent| parent.application == chat.application)
            {
                parent.chats.retain(|stored| stored.number != chat.number);
                parent.chats_count -= 1;
            }
        }
        self.state.index.retain(|document| document.message.chat != chat);
        true
    }

    fn append_application(&mut self, application: ApplicationKey, name: &str) -> bool {
        for contents in self.everywhere() {
            let name = name.into();
            contents.applications.push(ApplicationContents {
                application,
                name,
                chats_count: 0,
                chats: Vec::new(),
            });
        }
        true
    }

    fn remove_application(&mut self, application: ApplicationKey) -> bool {
        let before = self.state.tables.applications.len();
        for contents in self.everywhere() {
            contents.applications.retain(|contents| contents.application != application);
        }
        self.state.index.retain(|document| document.message.chat.application != application);
        self.state.tables.applications.len() < before
    }

    /// Removes a stored message from the page in which a follower saw it before another one.
    fn hide(&mut self) -> Option<MessageKey> {
        let unchanged: Vec<_> = self.unchanged_creations().into_iter().map(|(message, _)| message).collect();
        for page in &mut self.history.observations {
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
}
