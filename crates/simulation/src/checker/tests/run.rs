//! Runs of a store that makes no mistakes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::checker::Limits;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, ClientKey, Contents, FinalState, History,
    IndexedDocument, MessageContents, MessageKey, Metrics, Observation, Operation, Outcome, Reply, Request,
    Uncertainty,
};

pub(super) const LIMITS: Limits = Limits { records: 10, ledger: 10, receives: 10, calls: 10 };

#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) history: History,
    pub(super) metrics: Metrics,
    pub(super) state: FinalState,
}

/// How a write ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Accepted,
    Refused,
    /// The client gets no reply, with or without an effect.
    Lost {
        effect: bool,
    },
    /// Three attempts under one key: the first is lost, the others are accepted.
    Repeated {
        effect: bool,
    },
}

/// What clients do with an application and a chat, one after the other: the kind of each step, what it is about, and how it ends.
#[derive(Debug, Clone)]
pub(super) struct Plan(Vec<(u8, usize, Ending)>);

impl Arbitrary for Plan {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let ending = prop_oneof![
            4 => Just(Ending::Accepted),
            1 => Just(Ending::Refused),
            1 => any::<bool>().prop_map(|effect| Ending::Lost { effect }),
            1 => any::<bool>().prop_map(|effect| Ending::Repeated { effect }),
        ];
        let kind = prop_oneof![1 => 0..5_u8, 4 => 5..9_u8];
        prop::collection::vec((kind, 0..100_usize, ending), 0..60).prop_map(Plan).boxed()
    }
}

#[derive(Debug, Default)]
struct Model {
    run: Run,
    now: u64,
    values: u32,
    applications: BTreeMap<ApplicationKey, Application>,
    last: u32,
    followed: BTreeMap<ChatKey, u64>,
}

#[derive(Debug, Default)]
struct Application {
    name: Arc<str>,
    last: u64,
    chats: BTreeMap<u64, Chat>,
}

#[derive(Debug, Default)]
struct Chat {
    last: u64,
    messages: BTreeMap<u64, Arc<str>>,
}

impl Run {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut model = Model::default();
        model.step(0, 0, Ending::Accepted);
        model.step(3, 0, Ending::Accepted);
        for &(kind, target, ending) in &plan.0 {
            model.step(kind, target, ending);
        }
        model.end()
    }

    /// A run with every kind of write and every ending. Chat 1 of application 1 has these messages: 1 and 2 unchanged, 3
    /// updated twice, 4 deleted, 5 accepted under a key, 6 with an unknown outcome, 7 unchanged.
    pub(super) fn sample() -> Self {
        use Ending::{Accepted, Lost, Refused, Repeated};
        let mut model = Model::default();
        let steps = [
            (0, 0, Accepted), // application 1
            (3, 0, Accepted), // chat 1
            (5, 0, Accepted),
            (5, 0, Accepted),
            (5, 0, Accepted),
            (5, 0, Accepted),
            (8, 0, Accepted),
            (5, 0, Repeated { effect: true }),
            (5, 0, Lost { effect: true }),
            (5, 0, Lost { effect: false }),
            (5, 0, Refused),
            (5, 0, Accepted),
            (6, 2, Accepted),
            (6, 2, Accepted),
            (6, 2, Refused),
            (7, 3, Accepted),
            (8, 0, Accepted),
            (3, 0, Accepted), // chat 2
            (5, 1, Accepted),
            (4, 1, Accepted),
            (0, 0, Accepted), // application 2
            (3, 1, Accepted),
            (2, 1, Accepted),
            (1, 0, Accepted),
        ];
        for (kind, target, ending) in steps {
            model.step(kind, target, ending);
        }
        model.end()
    }

    /// Makes the outcome of an accepted attempt unknown.
    pub(super) fn make_unknown(&mut self, position: prop::sample::Index) {
        let mut accepted: Vec<_> =
            self.history.operations.iter_mut().filter(|operation| operation.is_accepted()).collect();
        position.get_mut(&mut accepted).outcome = Outcome::Unknown(Uncertainty::NoReply);
    }
}

impl Model {
    fn step(&mut self, kind: u8, target: usize, ending: Ending) {
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

    fn chat(&self, key: ChatKey) -> &Chat {
        &self.applications[&key.application].chats[&key.number]
    }

    fn write(&mut self, request: &Request, ending: Ending) {
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
        let start = Duration::from_millis(self.now);
        self.run.history.operations.push(Operation {
            client: ClientKey(1),
            start,
            end: start + Duration::from_millis(8),
            idempotency_key,
            request: request.clone(),
            outcome,
        });
        self.now += 10;
    }

    fn apply(&mut self, request: &Request) -> Reply {
        match request {
            Request::CreateApplication { name } => {
                self.last += 1;
                let application = Application { name: name.clone(), ..Application::default() };
                self.applications.insert(ApplicationKey(self.last), application);
                return Reply::Application(ApplicationKey(self.last));
            }
            Request::RenameApplication { application, name } => {
                self.applications.get_mut(application).unwrap().name = name.clone();
            }
            Request::DeleteApplication { application } => {
                self.applications.remove(application);
            }
            Request::RotateToken { .. } => {}
            Request::CreateChat { application } => {
                let application = self.applications.get_mut(application).unwrap();
                application.last += 1;
                application.chats.insert(application.last, Chat::default());
                return Reply::Chat(application.last);
            }
            Request::DeleteChat { chat } => {
                self.applications.get_mut(&chat.application).unwrap().chats.remove(&chat.number);
            }
            Request::CreateMessage { chat, body } => {
                let chat = self.chat_mut(*chat);
                chat.last += 1;
                chat.messages.insert(chat.last, body.clone());
                return Reply::Message { number: chat.last, body: body.clone() };
            }
            Request::UpdateMessage { message, body } => {
                self.chat_mut(message.chat).messages.insert(message.number, body.clone());
                return Reply::Message { number: message.number, body: body.clone() };
            }
            Request::DeleteMessage { message } => {
                self.chat_mut(message.chat).messages.remove(&message.number);
            }
        }
        Reply::Done
    }

    fn chat_mut(&mut self, key: ChatKey) -> &mut Chat {
        self.applications.get_mut(&key.application).unwrap().chats.get_mut(&key.number).unwrap()
    }

    fn follow(&mut self, chat: Option<ChatKey>) {
        let Some(chat) = chat else { return };
        let after = self.followed.get(&chat).copied().unwrap_or_default();
        let numbers: Vec<_> =
            self.chat(chat).messages.range(after + 1..).map(|(number, _)| *number).collect();
        self.followed.insert(chat, numbers.last().copied().unwrap_or(after));
        let start = Duration::from_millis(self.now);
        let end = start + Duration::from_millis(8);
        self.run.history.observations.push(Observation {
            follower: ClientKey(2),
            chat,
            start,
            end,
            after,
            numbers,
        });
        self.now += 10;
    }

    fn end(mut self) -> Run {
        let applications = self.applications.iter().map(|(key, application)| ApplicationContents {
            application: *key,
            name: application.name.clone(),
            chats_count: u64::try_from(application.chats.len()).unwrap(),
            chats: application.chats.iter().map(|(number, chat)| chat.contents(*number)).collect(),
        });
        let tables = Contents { applications: applications.collect() };
        let mut index = Vec::new();
        for application in &tables.applications {
            for chat in &application.chats {
                let key = ChatKey { application: application.application, number: chat.number };
                index.extend(chat.messages.iter().map(|message| IndexedDocument {
                    message: MessageKey { chat: key, number: message.number },
                    body: message.body.clone(),
                }));
            }
        }
        self.run.state = FinalState { api: tables.clone(), tables, index, ..FinalState::default() };
        self.run
    }
}

impl Chat {
    fn contents(&self, number: u64) -> ChatContents {
        let messages = self.messages.iter();
        ChatContents {
            number,
            messages_count: u64::try_from(self.messages.len()).unwrap(),
            messages: messages
                .map(|(number, body)| MessageContents { number: *number, body: body.clone() })
                .collect(),
        }
    }
}
