//! The rows of the tables, without tombstones.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use conversation::ApplicationId;
use serde_json::Value;

use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, History, LedgerSize,
    MessageContents, MessageKey, Subject,
};
use crate::services::dynamodb::DynamoDb;

/// The name and the count of chats of an application.
type NameAndCount = (Arc<str>, u64);

#[derive(Debug, Default)]
pub(super) struct Tables {
    applications: BTreeMap<ApplicationKey, NameAndCount>,
    /// With the count of messages.
    chats: BTreeMap<ChatKey, u64>,
    messages: BTreeMap<MessageKey, Arc<str>>,
    /// Rows whose parent is not stored.
    pub(super) orphans: Vec<Subject>,
    /// Parents of counts whose ledgers spilled.
    spilled: Vec<Subject>,
    pub(super) ledgers: Vec<LedgerSize>,
}

impl Tables {
    pub(super) fn read(dynamodb: &DynamoDb, history: &mut History) -> Result<Self> {
        let mut tables = Self::default();
        for row in dynamodb.rows("Applications")? {
            tables.add_application(&row, history)?;
        }
        for row in dynamodb.rows("Chats")? {
            tables.add_chat(&row, history)?;
        }
        for row in dynamodb.rows("Messages")? {
            tables.add_message(&row, history)?;
        }
        let mut spilled = std::mem::take(&mut tables.spilled);
        spilled.retain(|parent| !tables.has(parent));
        tables.orphans.extend(spilled);
        Ok(tables)
    }

    fn has(&self, parent: &Subject) -> bool {
        match parent {
            Subject::Application(application) => self.applications.contains_key(application),
            Subject::Chat(chat) => self.chats.contains_key(chat),
            Subject::Message(_) | Subject::Queue(_) | Subject::Region => false,
        }
    }

    fn add_application(&mut self, row: &Value, history: &mut History) -> Result<()> {
        let (id, part) = split_at_hash(string(row, "id")?);
        let key = history.application(&ApplicationId::parse(id)?);
        if part.is_some() {
            self.spilled.push(Subject::Application(key));
            return Ok(());
        }
        self.add_ledger(Subject::Application(key), row);
        if row.get("created_key").is_some() {
            let contents = (string(row, "name")?.into(), number(row, "chats_count")?);
            self.applications.insert(key, contents);
        }
        Ok(())
    }

    /// Applications come first.
    fn add_chat(&mut self, row: &Value, history: &mut History) -> Result<()> {
        let (id, part) = split_at_hash(string(row, "application")?);
        let application = history.application(&ApplicationId::parse(id)?);
        if let Some((chat, _)) = part.map(split_at_hash) {
            self.spilled.push(Subject::Chat(ChatKey { application, number: chat.parse()? }));
            return Ok(());
        }
        let chat = ChatKey { application, number: number(row, "number")? };
        self.add_ledger(Subject::Chat(chat), row);
        if is_tombstone(row) {
            return Ok(());
        }
        if !self.applications.contains_key(&application) {
            self.orphans.push(Subject::Chat(chat));
        }
        if row.get("created_at").is_some() {
            self.chats.insert(chat, number(row, "messages_count").unwrap_or_default());
        }
        Ok(())
    }

    /// Chats come first.
    fn add_message(&mut self, row: &Value, history: &mut History) -> Result<()> {
        let (id, chat) = string(row, "chat")?.split_once('#').context("no chat key")?;
        let application = history.application(&ApplicationId::parse(id)?);
        let chat = ChatKey { application, number: chat.parse()? };
        let message = MessageKey { chat, number: number(row, "number")? };
        if is_tombstone(row) {
            return Ok(());
        }
        if !self.chats.contains_key(&chat) {
            self.orphans.push(Subject::Message(message));
        }
        if row.get("created_revision").is_some() {
            self.messages.insert(message, string(row, "body")?.into());
        }
        Ok(())
    }

    fn add_ledger(&mut self, parent: Subject, row: &Value) {
        let missing = row.pointer("/ledger_missing/NS").and_then(Value::as_array).map_or(0, Vec::len);
        if missing > 0 {
            self.ledgers.push(LedgerSize { parent, missing });
        }
    }

    /// The rows as a tree, without orphans.
    pub(super) fn contents(self) -> Contents {
        let mut chats: BTreeMap<ChatKey, ChatContents> = BTreeMap::new();
        for (chat, messages_count) in self.chats {
            chats.insert(chat, ChatContents { number: chat.number, messages_count, messages: Vec::new() });
        }
        for (message, body) in self.messages {
            if let Some(chat) = chats.get_mut(&message.chat) {
                chat.messages.push(MessageContents { number: message.number, body });
            }
        }
        let mut applications: BTreeMap<ApplicationKey, ApplicationContents> = BTreeMap::new();
        for (application, (name, chats_count)) in self.applications {
            let contents = ApplicationContents { application, name, chats_count, chats: Vec::new() };
            applications.insert(application, contents);
        }
        for (key, chat) in chats {
            if let Some(application) = applications.get_mut(&key.application) {
                application.chats.push(chat);
            }
        }
        Contents { applications: applications.into_values().collect() }
    }
}

/// What is before the first `#`, and behind it. What a ledger spilled has `#` in its key.
fn split_at_hash(key: &str) -> (&str, Option<&str>) {
    match key.split_once('#') {
        Some((before, behind)) => (before, Some(behind)),
        None => (key, None),
    }
}

fn is_tombstone(row: &Value) -> bool {
    row.get("deleted_revision").is_some()
}

/// An attribute of type `S`.
fn string<'a>(row: &'a Value, name: &str) -> Result<&'a str> {
    attribute(row, name, "S")
}

/// An attribute of type `N`.
fn number(row: &Value, name: &str) -> Result<u64> {
    Ok(attribute(row, name, "N")?.parse()?)
}

fn attribute<'a>(row: &'a Value, name: &str, kind: &str) -> Result<&'a str> {
    let value = row.get(name).and_then(|attribute| attribute.get(kind)).and_then(Value::as_str);
    value.with_context(|| format!("no {name} of type {kind} in {row}"))
}
