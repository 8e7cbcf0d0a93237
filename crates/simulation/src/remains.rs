//! What a run leaves behind, read through the API and from the services.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use conversation::{ApplicationId, Write};
use http_api::fixture::Event;
use serde_json::Value;
use simulated_aws::ADMIN_KEY;
use sqs_queues::decode_write;
use tokio::time::{Duration, sleep};

use crate::faults::UNREADABLE_RECORD;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, DeadLetter, FinalState, History,
    IndexedDocument, LedgerSize, MessageContents, MessageKey, QueueDepth, Subject,
};
use crate::lambda::in_this_version;
use crate::region::Region;

/// How often a page is asked for: without faults, a process may still be cold, and nothing else may fail.
const ATTEMPTS: u32 = 3;

/// Reads everything.
///
/// # Errors
/// A page cannot be read, or a row has an unexpected form.
pub(crate) async fn read(region: &Region, history: &mut History) -> Result<FinalState> {
    let api = Api { region }.contents(history).await?;
    let mut tables = Tables::read(region, history)?;
    let index = region.index.documents().into_iter().map(|document| {
        let message = history.message(&document.chat, document.message.number);
        IndexedDocument { message, body: document.message.body.as_str().into() }
    });
    let index = index.collect();
    let lost: BTreeSet<_> =
        region.index.lost().iter().map(|id| history.message(&id.chat, id.message)).collect();
    let queues =
        region.queues().map(|id| QueueDepth { queue: region.queue_name(id), records: region.sqs.len(id) });
    Ok(FinalState {
        api,
        index,
        lost_from_index: lost,
        orphans: std::mem::take(&mut tables.orphans),
        ledgers: std::mem::take(&mut tables.ledgers),
        queues: queues.collect(),
        dead_letters: dead_letters(region, history),
        tables: tables.contents(),
    })
}

struct Api<'a> {
    region: &'a Region,
}

impl Api<'_> {
    async fn contents(&self, history: &mut History) -> Result<Contents> {
        let mut applications = Vec::new();
        for application in self.list("GET /applications", &[]).await? {
            let id = ApplicationId::parse(text(&application, "id")?)?;
            let mut chats = Vec::new();
            for chat in self.list("GET /applications/{token}/chats", &[("token", id.as_str())]).await? {
                let number = number(&chat, "number")?;
                let path = [("token", id.as_str()), ("chat", &*number.to_string())];
                let messages = self.list("GET /applications/{token}/chats/{chat}/messages", &path).await?;
                let messages = messages.iter().map(|message| {
                    Ok(MessageContents {
                        number: self::number(message, "number")?,
                        body: text(message, "body")?.into(),
                    })
                });
                chats.push(ChatContents {
                    number,
                    messages_count: self::number(&chat, "messages_count")?,
                    messages: messages.collect::<Result<_>>()?,
                });
            }
            applications.push(ApplicationContents {
                application: history.application(&id),
                name: text(&application, "name")?.into(),
                chats_count: number(&application, "chats_count")?,
                chats,
            });
        }
        Ok(Contents { applications })
    }

    /// All items of a list, page by page.
    async fn list(&self, route: &str, path: &[(&str, &str)]) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let mut query = vec![("limit", "200"), ("order", "asc")];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let event =
                Event::new(route, path).header("Authorization", &format!("Bearer {ADMIN_KEY}")).query(&query);
            let (page, next) = self.page(route, event).await?;
            items.extend(page);
            after = next;
            if after.is_none() {
                return Ok(items);
            }
        }
    }

    async fn page(&self, route: &str, event: Event) -> Result<(Vec<Value>, Option<String>)> {
        for _ in 0..ATTEMPTS {
            if let Some(response) = self.region.gateway.send(route, event.clone()).await?
                && let (200, Value::Array(items)) = (response.status, response.body)
            {
                return Ok((items, response.next));
            }
            sleep(Duration::from_secs(1)).await;
        }
        bail!("{route} does not respond although nothing is wrong")
    }
}

/// The rows of the tables.
#[derive(Default)]
struct Tables {
    applications: BTreeMap<ApplicationKey, (Arc<str>, u64)>,
    chats: BTreeMap<ChatKey, u64>,
    messages: BTreeMap<MessageKey, Arc<str>>,
    orphans: Vec<Subject>,
    ledgers: Vec<LedgerSize>,
}

impl Tables {
    fn read(region: &Region, history: &mut History) -> Result<Self> {
        let mut tables = Self::default();
        for row in region.dynamodb.rows("Applications")? {
            let key = history.application(&ApplicationId::parse(string(&row, "id")?)?);
            tables.add_ledger(Subject::Application(key), &row);
            if row.get("created_key").is_some() {
                let contents = (string(&row, "name")?.into(), numeric(&row, "chats_count")?);
                tables.applications.insert(key, contents);
            }
        }
        for row in region.dynamodb.rows("Chats")? {
            let application = history.application(&ApplicationId::parse(string(&row, "application")?)?);
            let chat = ChatKey { application, number: numeric(&row, "number")? };
            tables.add_ledger(Subject::Chat(chat), &row);
            if row.get("deleted_revision").is_some() {
                continue;
            }
            if !tables.applications.contains_key(&application) {
                tables.orphans.push(Subject::Chat(chat));
            }
            if row.get("created_at").is_some() {
                tables.chats.insert(chat, numeric(&row, "messages_count").unwrap_or_default());
            }
        }
        for row in region.dynamodb.rows("Messages")? {
            let (id, number) = string(&row, "chat")?.split_once('#').context("no chat key")?;
            let application = history.application(&ApplicationId::parse(id)?);
            let chat = ChatKey { application, number: number.parse()? };
            let message = MessageKey { chat, number: numeric(&row, "number")? };
            if row.get("deleted_revision").is_some() {
                continue;
            }
            if !tables.chats.contains_key(&chat) {
                tables.orphans.push(Subject::Message(message));
            }
            if row.get("created_revision").is_some() {
                tables.messages.insert(message, string(&row, "body")?.into());
            }
        }
        Ok(tables)
    }

    fn add_ledger(&mut self, parent: Subject, row: &Value) {
        let missing = row.pointer("/ledger_missing/NS").and_then(Value::as_array).map_or(0, Vec::len);
        if missing > 0 {
            self.ledgers.push(LedgerSize { parent, missing });
        }
    }

    /// The rows as a tree, without orphans.
    fn contents(self) -> Contents {
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

fn dead_letters(region: &Region, history: &mut History) -> Vec<DeadLetter> {
    let mut letters = Vec::new();
    for queue in region.template.queues.iter().filter_map(|queue| queue.redrive.as_ref()) {
        for message in region.sqs.messages(&queue.queue) {
            letters.push(DeadLetter {
                queue: region.queue_name(&queue.queue),
                subject: decode_write(&in_this_version(&message.body))
                    .ok()
                    .map(|write| subject(&write, history)),
                reason: message.attributes.get("reason").map(|reason| reason.as_str().into()),
                expected: &*message.body == UNREADABLE_RECORD,
                record: message.body,
            });
        }
    }
    letters
}

fn subject(write: &Write, history: &mut History) -> Subject {
    let application = history.application(write.application());
    let Some(chat) = write.chat() else { return Subject::Application(application) };
    let chat = ChatKey { application, number: chat.chat.get() };
    match write.message() {
        Some(message) => Subject::Message(MessageKey { chat, number: message.get() }),
        None => Subject::Chat(chat),
    }
}

/// A member of a JSON object.
fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("no {name} in {value}"))
}

fn number(value: &Value, name: &str) -> Result<u64> {
    value.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in {value}"))
}

/// An attribute of a row.
fn string<'a>(row: &'a Value, name: &str) -> Result<&'a str> {
    text(row.get(name).with_context(|| format!("no {name} in {row}"))?, "S")
}

fn numeric(row: &Value, name: &str) -> Result<u64> {
    Ok(text(row.get(name).with_context(|| format!("no {name} in {row}"))?, "N")?.parse()?)
}
