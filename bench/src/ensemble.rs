//! All functions at work together: what one sends, persist applies, and others read.

mod changes;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::aws::Sent;
use crate::events::{batch, body, request, status};
use crate::function::Function;
use crate::recording::Calls;
use crate::shipped::Shipped;
use crate::world::World;

/// How many records SQS hands to persist at once.
pub(crate) const FULL_BATCH: usize = 10;

#[derive(Debug)]
pub(crate) struct Ensemble<'a> {
    shipped: &'a Shipped,
    pub(crate) world: &'a World,
    running: BTreeMap<String, Function>,
}

/// The chat's place in the API's paths.
#[derive(Debug, Clone)]
pub(crate) struct Chat {
    pub(crate) token: String,
    pub(crate) number: String,
}

impl Chat {
    pub(crate) fn path(&self) -> [(&str, &str); 2] {
        [("token", &self.token), ("chat", &self.number)]
    }

    pub(crate) fn path_to<'a>(&'a self, message: &'a str) -> [(&'a str, &'a str); 3] {
        [("token", &self.token), ("chat", &self.number), ("message", message)]
    }
}

impl<'a> Ensemble<'a> {
    pub(crate) fn new(shipped: &'a Shipped, world: &'a World) -> Self {
        Self { shipped, world, running: BTreeMap::new() }
    }

    /// Has a function work on an event and answers what it said and which calls it made.
    pub(crate) fn ask(&mut self, name: &str, event: &str) -> Result<(String, Calls)> {
        let function = match self.running.entry(name.to_owned()) {
            Entry::Occupied(running) => running.into_mut(),
            Entry::Vacant(place) => place.insert(Function::start(self.shipped, name, self.world)?),
        };
        function.rest()?;
        self.world.recording.take();
        let answer = function.invoke(event)?;
        function.rest()?;
        Ok((answer.body, self.world.recording.take()))
    }

    /// As [`Ensemble::ask`], where only success will do.
    fn write(&mut self, name: &str, event: &str) -> Result<String> {
        let (answer, _) = self.ask(name, event)?;
        if status(&answer)? >= 300 {
            bail!("{name} answered {answer}");
        }
        Ok(answer)
    }

    /// Has persist or reindex work on records, and answers its calls.
    pub(crate) fn apply(&mut self, name: &str, sent: &[Sent]) -> Result<Calls> {
        let (answer, calls) = self.ask(name, &batch(sent)?)?;
        if answer.contains("itemIdentifier") {
            bail!("{name} failed at a record: {answer}");
        }
        Ok(calls)
    }

    pub(crate) fn application(&mut self) -> Result<String> {
        let event = request("POST /applications", &[], &[], Some(&json!({ "name": "Tea house" })))?;
        let created = body(&self.write("create-application", &event)?)?;
        Ok(created.get("token").and_then(|token| token.as_str()).context("no token")?.to_owned())
    }

    /// A new chat and the write that was sent for it.
    pub(crate) fn chat(&mut self, token: &str) -> Result<(Chat, Vec<Sent>)> {
        self.world.aws.take_sent();
        let event = request("POST /applications/{token}/chats", &[("token", token)], &[], None)?;
        let created = body(&self.write("create-chat", &event)?)?;
        let number = created.get("number").context("no number")?.to_string();
        Ok((Chat { token: token.to_owned(), number }, self.world.aws.take_sent()))
    }

    /// Posts `count` messages and answers the writes that were sent for them.
    pub(crate) fn say(&mut self, chat: &Chat, count: usize, text: &str) -> Result<Vec<Sent>> {
        self.world.aws.take_sent();
        let route = "POST /applications/{token}/chats/{chat}/messages";
        let event = request(route, &chat.path(), &[], Some(&json!({ "body": text })))?;
        for _ in 0..count {
            self.write("create-message", &event)?;
        }
        Ok(self.world.aws.take_sent())
    }

    /// A stored chat with stored messages.
    pub(crate) fn stored_chat(&mut self, messages: usize, text: &str) -> Result<Chat> {
        let token = self.application()?;
        self.stored_chat_of(&token, messages, text)
    }

    pub(crate) fn stored_chat_of(&mut self, token: &str, messages: usize, text: &str) -> Result<Chat> {
        let (chat, sent) = self.chat(token)?;
        self.apply("persist", &sent)?;
        let said = self.say(&chat, messages, text)?;
        for batch in said.chunks(FULL_BATCH) {
            self.apply("persist", batch)?;
        }
        Ok(chat)
    }
}
