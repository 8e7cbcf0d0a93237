//! Clients send one request after the other to a store in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::Ending;
use super::run::Run;
use crate::history::{
    ApplicationKey, ChatKey, ClientKey, MessageKey, Operation, Outcome, Request, Uncertainty,
};

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) run: Run,
    pub(super) now: u64,
    pub(super) values: u32,
    pub(super) applications: BTreeMap<ApplicationKey, Application>,
    pub(super) last: u32,
    pub(super) followed: BTreeMap<ChatKey, u64>,
}

#[derive(Debug, Default)]
pub(super) struct Application {
    pub(super) name: Arc<str>,
    pub(super) last: u64,
    pub(super) chats: BTreeMap<u64, Chat>,
}

#[derive(Debug, Default)]
pub(super) struct Chat {
    pub(super) last: u64,
    pub(super) messages: BTreeMap<u64, Arc<str>>,
}

impl Model {
    pub(super) fn step(&mut self, kind: u8, target: usize, ending: Ending) {
        let applications: Vec<_> = self.applications.keys().copied().collect();
        let chats: Vec<_> = self
            .applications
            .iter()
            .flat_map(|(application, contents)| {
                contents.chats.keys().map(|number| ChatKey { application: *application, number: *number })
            })
            .collect();
        let messages: Vec<_> = chats
            .iter()
            .flat_map(|chat| {
                let numbers = self.chat(*chat).messages.keys().copied();
                numbers.map(|number| MessageKey { chat: *chat, number }).collect::<Vec<_>>()
            })
            .collect();
        let pick = |length: usize| target.checked_rem(length);
        let (application, chat) = (pick(applications.len()), pick(chats.len()));
        let message = pick(messages.len()).map(|position| messages[position]);
        let value = |model: &mut Self, prefix: &str| -> Arc<str> {
            model.values += 1;
            format!("{prefix}{}", model.values).into()
        };
        let request = match kind {
            0 => Request::CreateApplication { name: value(self, "a") },
            8 => return self.follow(chat.map(|position| chats[position])),
            9 => return self.search(chat.map(|position| chats[position])),
            10 => return self.read(message),
            11 => return self.rotate(application.map(|position| applications[position]), ending),
            1..=3 => {
                let Some(application) = application.map(|position| applications[position]) else { return };
                match kind {
                    1 => Request::RenameApplication { application, name: value(self, "a") },
                    2 => Request::DeleteApplication { application },
                    _ => Request::CreateChat { application },
                }
            }
            4 | 5 => {
                let Some(chat) = chat.map(|position| chats[position]) else { return };
                match kind {
                    4 => Request::DeleteChat { chat },
                    _ => Request::CreateMessage { chat, body: value(self, "m") },
                }
            }
            _ => {
                let Some(message) = message else { return };
                match kind {
                    6 => Request::UpdateMessage { message, body: value(self, "m") },
                    _ => Request::DeleteMessage { message },
                }
            }
        };
        self.write(&request, ending);
    }

    pub(super) fn chat(&self, key: ChatKey) -> &Chat {
        &self.applications[&key.application].chats[&key.number]
    }

    pub(super) fn write(&mut self, request: &Request, ending: Ending) {
        let lost = || Outcome::Unknown(Uncertainty::NoReply);
        let key = |model: &Self| -> Option<Arc<str>> { Some(format!("k{}", model.now).into()) };
        match ending {
            Ending::Accepted => {
                let reply = self.apply(request);
                self.record(request, None, Outcome::Ok(reply));
            }
            Ending::Refused => {
                let outcome = Outcome::Refused { status: 503, code: "temporarily_unavailable".into() };
                self.record(request, None, outcome);
            }
            Ending::Lost { effect } => {
                if effect {
                    self.apply(request);
                }
                self.record(request, None, lost());
            }
            Ending::Repeated { effect } => {
                let key = key(self);
                let first = effect.then(|| self.apply(request));
                self.record(request, key.clone(), lost());
                let reply = first.unwrap_or_else(|| self.apply(request));
                self.record(request, key.clone(), Outcome::Ok(reply.clone()));
                self.record(request, key, Outcome::Ok(reply));
            }
        }
    }

    fn record(&mut self, request: &Request, idempotency_key: Option<Arc<str>>, outcome: Outcome) {
        let (start, end) = self.tick();
        self.run.history.operations.push(Operation {
            client: ClientKey(1),
            start,
            end,
            idempotency_key,
            request: request.clone(),
            outcome,
        });
    }
}
