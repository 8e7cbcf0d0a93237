use std::sync::Arc;

use anyhow::{Context as _, Result};
use conversation::{Body, IndexChange, MessageNumber, Revision};
use serde_json::{Value, json};

use super::clients::{Clients, PRELOADER};
use crate::history::{ChatKey, ClientKey, MessageKey, Operation, Outcome, Reply, Request};

/// Adds the messages up to `last` to a chat with one stored message, as if they had been sent: their rows and documents are
/// like those of the first one. A simulation that sends a million of them takes many minutes.
pub(super) fn add_messages(clients: &Clients, chat: ChatKey, last: u64) -> Result<()> {
    let region = &clients.region;
    let id = clients.directory().application(chat.application).context("an unknown application")?.id.clone();
    let chat_key = format!("{id}#{}", chat.number);
    let find = |table: &str, key: &[(&str, Value)]| -> Result<Value> {
        let mut rows = region.dynamodb.rows(table)?.into_iter();
        let is_wanted = |row: &Value| key.iter().all(|(name, value)| row.get(name) == Some(value));
        rows.find(is_wanted).with_context(|| format!("no row in {table}"))
    };
    let first = find("Messages", &[("chat", json!({ "S": chat_key }))])?;
    let mut document = region.index.documents().pop().context("no document")?;
    for number in 2..=last {
        let body = format!("message {number}");
        let decimal = json!({ "N": number.to_string() });
        let changes = [
            ("number", decimal.clone()),
            ("created_revision", decimal.clone()),
            ("revision", decimal),
            ("body", json!({ "S": body })),
        ];
        region.dynamodb.put("Messages", &with(first.clone(), changes))?;
        document.message.number = MessageNumber::new(number)?;
        document.revision = Revision::new(number)?;
        document.message.body = Body::parse(body.clone())?;
        region.index.put(&IndexChange::Put(document.clone()));
        record(clients, chat, number, &body);
    }
    let last_decimal = json!({ "N": last.to_string() });
    let counts = [("messages_count", last_decimal.clone()), ("ledger_high", last_decimal.clone())];
    let key =
        [("application", json!({ "S": id.as_str() })), ("number", json!({ "N": chat.number.to_string() }))];
    region.dynamodb.put("Chats", &with(find("Chats", &key)?, counts))?;
    let counter = find("Counters", &[("id", json!({ "S": chat_key }))])?;
    let numbers = [("last", last_decimal.clone()), ("revision", last_decimal)];
    region.dynamodb.put("Counters", &with(counter, numbers))?;
    Ok(())
}

/// Adds a message to the history and the directory.
fn record(clients: &Clients, chat: ChatKey, number: u64, body: &str) {
    clients.directory().add_message(MessageKey { chat, number });
    let body: Arc<str> = body.into();
    let request = Request::CreateMessage { chat, body: Arc::clone(&body) };
    let outcome = Outcome::Ok(Reply::Message { number, body });
    let at = clients.region.context.now();
    let client = ClientKey(PRELOADER);
    let operation = Operation { client, start: at, end: at, idempotency_key: None, request, outcome };
    clients.history().operations.push(operation);
}

fn with<const N: usize>(mut row: Value, changes: [(&str, Value); N]) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.extend(changes.map(|(name, value)| (name.to_owned(), value)));
    }
    row
}
