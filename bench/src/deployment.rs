//! All functions at work together: what one sends, persist applies, and others read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use simulated_aws::{SentMessage, Stubs};

use crate::calls::Calls;
use crate::events::{
    APPLICATION, APPLICATIONS, CHAT, CHATS, MESSAGE, MESSAGES, TOKEN, Target, batch, request, response,
};
use crate::function::Function;
use crate::shipped::Shipped;

/// How many records persist receives at most.
pub(crate) const FULL_BATCH: usize = 10;
/// How many reindex does.
pub(crate) const FULL_INDEX_BATCH: usize = 200;

#[derive(Debug)]
pub(crate) struct Deployment<'a> {
    shipped: &'a Shipped,
    pub(crate) stubs: &'a Stubs,
    running: BTreeMap<String, Function>,
}

impl<'a> Deployment<'a> {
    pub(crate) fn new(shipped: &'a Shipped, stubs: &'a Stubs) -> Self {
        Self { shipped, stubs, running: BTreeMap::new() }
    }

    /// Ends a function's process. The next event starts another one, which remembers nothing.
    pub(crate) fn restart(&mut self, name: &str) {
        self.running.remove(name);
    }

    /// Has a function handle an event. Returns its response and the calls that it made.
    pub(crate) fn invoke(&mut self, name: &str, event: &str) -> Result<(String, Calls)> {
        let function = match self.running.entry(name.to_owned()) {
            Entry::Occupied(running) => running.into_mut(),
            Entry::Vacant(entry) => entry.insert(Function::start(self.shipped, name, self.stubs)?),
        };
        function.wait_until_idle()?;
        drop(self.stubs.recording.take());
        let (response, _) = function.invoke(event)?;
        function.wait_until_idle()?;
        Ok((response, Calls(self.stubs.recording.take())))
    }

    /// Has persist or reindex apply a batch of messages. Returns its calls.
    pub(crate) fn apply(&mut self, name: &str, sent: &[SentMessage]) -> Result<Calls> {
        let (response, calls) = self.invoke(name, &batch(sent)?)?;
        if response.contains("itemIdentifier") {
            bail!("{name} failed at a record: {response}");
        }
        Ok(calls)
    }

    /// Sends the same request to each target. All must succeed. Returns the body of the last response and the writes
    /// that were sent.
    fn request(
        &mut self,
        name: &str,
        method: &str,
        route: &str,
        targets: &[Target],
        body: Option<&Value>,
    ) -> Result<(Value, Vec<SentMessage>)> {
        drop(self.stubs.aws.take_sent("Writes"));
        let mut last = Value::Null;
        for target in targets {
            let (text, _) = self.invoke(name, &request(method, route, target, body).to_string())?;
            let (status, body) = response(&text)?;
            if status >= 300 {
                bail!("{name} responded with {text}");
            }
            last = body;
        }
        Ok((last, self.stubs.aws.take_sent("Writes")))
    }

    pub(crate) fn create_application(&mut self) -> Result<Target> {
        let name = json!({ "name": "Tea house" });
        let target = [Target::default()];
        let (created, _) = self.request("create-application", "POST", APPLICATIONS, &target, Some(&name))?;
        let member = |name| created.get(name).and_then(Value::as_str).map(str::to_owned);
        let (id, token) = member("id").zip(member("token")).context("no id or no token")?;
        Ok(Target { id, token, ..Target::default() })
    }

    /// Revokes the application's token.
    pub(crate) fn rotate_token(&mut self, application: &Target) -> Result<()> {
        self.request("rotate-token", "POST", TOKEN, std::slice::from_ref(application), None)?;
        Ok(())
    }

    /// Lets the chats that exist accept writes without end, although nothing stores them: more than a measurement repeats.
    pub(crate) fn lift_limits(&self) -> Result<()> {
        for mut counter in self.stubs.aws.rows("Counters")? {
            let Some(limit) = counter.get_mut("revision_limit") else { continue };
            *limit = json!({ "N": "1000000000" });
            let put = json!({ "TableName": "Counters", "Item": counter }).to_string();
            self.stubs.aws.call("bench", "DynamoDB_20120810.PutItem", put.as_bytes())?;
        }
        Ok(())
    }

    /// Deletes an application. Returns the write that was sent.
    pub(crate) fn delete_application(&mut self, application: &Target) -> Result<Vec<SentMessage>> {
        let target = std::slice::from_ref(application);
        Ok(self.request("delete-application", "DELETE", APPLICATION, target, None)?.1)
    }

    /// Creates a chat. Returns it and the write that was sent.
    pub(crate) fn create_chat(&mut self, application: &Target) -> Result<(Target, Vec<SentMessage>)> {
        let target = std::slice::from_ref(application);
        let (created, sent) = self.request("create-chat", "POST", CHATS, target, None)?;
        let number = created.get("number").and_then(Value::as_u64).context("no number")?;
        Ok((application.chat(usize::try_from(number)?), sent))
    }

    /// Creates messages. Returns the writes that were sent.
    pub(crate) fn create_messages(
        &mut self,
        chat: &Target,
        count: usize,
        text: &str,
    ) -> Result<Vec<SentMessage>> {
        let (targets, body) = (vec![chat.clone(); count], json!({ "body": text }));
        Ok(self.request("create-message", "POST", MESSAGES, &targets, Some(&body))?.1)
    }

    pub(crate) fn update_messages(
        &mut self,
        chat: &Target,
        numbers: RangeInclusive<usize>,
        text: &str,
    ) -> Result<Vec<SentMessage>> {
        let targets: Vec<Target> = numbers.map(|number| chat.message(number)).collect();
        let body = json!({ "body": text });
        Ok(self.request("update-message", "PATCH", MESSAGE, &targets, Some(&body))?.1)
    }

    pub(crate) fn delete_messages(
        &mut self,
        chat: &Target,
        numbers: RangeInclusive<usize>,
    ) -> Result<Vec<SentMessage>> {
        let targets: Vec<Target> = numbers.map(|number| chat.message(number)).collect();
        Ok(self.request("delete-message", "DELETE", MESSAGE, &targets, None)?.1)
    }

    pub(crate) fn delete_chat(&mut self, chat: &Target) -> Result<Vec<SentMessage>> {
        Ok(self.request("delete-chat", "DELETE", CHAT, std::slice::from_ref(chat), None)?.1)
    }

    /// Creates and stores a chat with messages.
    pub(crate) fn stored_chat(
        &mut self,
        application: &Target,
        messages: usize,
        text: &str,
    ) -> Result<Target> {
        let (chat, sent) = self.create_chat(application)?;
        self.apply("persist", &sent)?;
        for batch in self.create_messages(&chat, messages, text)?.chunks(FULL_BATCH) {
            self.apply("persist", batch)?;
        }
        Ok(chat)
    }
}

#[cfg(test)]
mod tests {
    use deployment_template::Template;

    use super::*;

    #[test]
    fn a_full_batch_is_that_of_the_template() {
        let template = Template::parse(include_str!("../../template.yaml")).unwrap();
        for (name, size) in [("persist", FULL_BATCH), ("reindex", FULL_INDEX_BATCH)] {
            let sizes = template.function(name).unwrap().queue_events.iter().map(|queue| queue.batch_size);
            assert_eq!(sizes.collect::<Vec<_>>(), [u32::try_from(size).unwrap()], "{name}");
        }
    }
}
