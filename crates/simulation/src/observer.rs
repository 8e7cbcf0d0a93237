//! What the calls to the services show.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::{MessageId, MessageWrite, Write};
use serde_json::Value;
use simulated_aws::Reply;
use sqs_queues::decode_write;

use crate::history::BilledService;
use crate::lambda::in_this_version;

/// Observes the calls to the services: when messages are accepted and when their rows are stored, how many calls are
/// billed, and which calls no service simulates. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observer(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    accepted: BTreeMap<MessageId, Duration>,
    /// By the message's partition key and number.
    readable: BTreeMap<(String, u64), Duration>,
    requests: BTreeMap<BilledService, u64>,
    largest_ledger: usize,
    unsimulated: Vec<String>,
}

/// What an observer saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    pub(crate) messages: BTreeMap<MessageId, MessageTimes>,
    /// The most revisions that one ledger listed as missing.
    pub(crate) largest_ledger: usize,
}

/// When a message was accepted, and when its row was stored, if it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageTimes {
    pub(crate) accepted: Duration,
    pub(crate) readable: Option<Duration>,
}

impl Observer {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that is billed.
    pub(crate) fn count(&self, service: BilledService, requests: u64) {
        *self.lock().requests.entry(service).or_default() += requests;
    }

    /// How often each service was called.
    pub(crate) fn requests(&self) -> BTreeMap<BilledService, u64> {
        self.lock().requests.clone()
    }

    /// Reports a call that no service simulates, or a program that cannot start.
    /// The first call that no service simulates: there must be none.
    pub(crate) fn first_unsimulated(&self) -> Option<String> {
        self.lock().unsimulated.first().cloned()
    }

    pub(crate) fn unsimulated(&self, target: &str, error: &anyhow::Error) {
        self.lock().unsimulated.push(format!("{target}: {error:#}"));
    }

    /// Observes the reply of a service to a call.
    pub(crate) fn call(&self, target: &str, input: &Value, reply: &Reply, now: Duration) {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        self.count(if service == "AmazonSQS" { BilledService::Sqs } else { BilledService::DynamoDb }, 1);
        if reply.status != 200 {
            return;
        }
        match operation {
            "SendMessage" => self.sent(input, now),
            "UpdateItem" => self.updated(input, now),
            _ => {}
        }
    }

    fn sent(&self, input: &Value, now: Duration) {
        let body = input.get("MessageBody").and_then(Value::as_str).unwrap_or_default();
        if let Ok(Write::Message(MessageWrite::Create(write))) = decode_write(&in_this_version(body)) {
            self.lock().accepted.entry(write.id).or_insert(now);
        }
    }

    /// A message is readable once its row has `created_revision`.
    fn updated(&self, input: &Value, now: Duration) {
        if let Some(missing) =
            input.pointer("/ExpressionAttributeValues/:missing/NS").and_then(Value::as_array)
        {
            let mut state = self.lock();
            state.largest_ledger = state.largest_ledger.max(missing.len());
        }
        let expression = input.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
        if !expression.contains("created_revision = ") {
            return;
        }
        let text = |pointer| input.pointer(pointer).and_then(Value::as_str);
        let key = text("/Key/chat/S").zip(text("/Key/number/N"));
        if let Some((chat, Ok(number))) = key.map(|(chat, number)| (chat, number.parse())) {
            self.lock().readable.entry((chat.to_owned(), number)).or_insert(now);
        }
    }

    pub(crate) fn observed(&self) -> Observed {
        let state = self.lock();
        let messages = state.accepted.iter().map(|(id, accepted)| {
            let row = (id.chat.key(), id.message.get());
            (id.clone(), MessageTimes { accepted: *accepted, readable: state.readable.get(&row).copied() })
        });
        Observed { messages: messages.collect(), largest_ledger: state.largest_ledger }
    }
}
