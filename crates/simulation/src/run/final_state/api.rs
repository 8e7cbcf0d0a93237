//! What the API shows.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use conversation::ApplicationId;
use http_api::fixture::Event;
use serde_json::Value;
use simulated_aws::ADMIN_KEY;
use tokio::time::sleep;

use crate::history::{ApplicationContents, ChatContents, Contents, History, MessageContents};
use crate::region::Region;

/// How often a page is asked for: without faults, a process may still be cold, and nothing else may fail.
const ATTEMPTS: u32 = 3;

/// Reads all applications, chats and messages, page by page.
pub(super) async fn contents(region: &Region, history: &mut History) -> Result<Contents> {
    let mut applications = Vec::new();
    for application in list(region, "GET /applications", &[]).await? {
        let id = ApplicationId::parse(text(&application, "id")?)?;
        applications.push(ApplicationContents {
            application: history.application(&id),
            name: text(&application, "name")?.into(),
            chats_count: number(&application, "chats_count")?,
            chats: chats(region, &id).await?,
        });
    }
    Ok(Contents { applications })
}

async fn chats(region: &Region, application: &ApplicationId) -> Result<Vec<ChatContents>> {
    let mut chats = Vec::new();
    let path = [("token", application.as_str())];
    for chat in list(region, "GET /applications/{token}/chats", &path).await? {
        let number = number(&chat, "number")?;
        chats.push(ChatContents {
            number,
            messages_count: self::number(&chat, "messages_count")?,
            messages: messages(region, application, number).await?,
        });
    }
    Ok(chats)
}

async fn messages(region: &Region, application: &ApplicationId, chat: u64) -> Result<Vec<MessageContents>> {
    let path = [("token", application.as_str()), ("chat", &*chat.to_string())];
    let messages = list(region, "GET /applications/{token}/chats/{chat}/messages", &path).await?;
    let contents = messages.iter().map(|message| {
        Ok(MessageContents { number: number(message, "number")?, body: text(message, "body")?.into() })
    });
    contents.collect()
}

/// All items of a list, page by page.
async fn list(region: &Region, route: &str, path: &[(&str, &str)]) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let mut query = vec![("limit", "200"), ("order", "asc")];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let event =
            Event::new(route, path).header("Authorization", &format!("Bearer {ADMIN_KEY}")).query(&query);
        let (page, next) = page(region, route, event).await?;
        items.extend(page);
        after = next;
        if after.is_none() {
            return Ok(items);
        }
    }
}

async fn page(region: &Region, route: &str, event: Event) -> Result<(Vec<Value>, Option<String>)> {
    for _ in 0..ATTEMPTS {
        if let Some(response) = region.gateway.send(route, event.clone()).await? {
            match (response.status, response.body) {
                (200, Value::Array(items)) => return Ok((items, response.next)),
                // What is listed and not found differs from its rows, which the checker compares.
                (404, _) => return Ok((Vec::new(), None)),
                _ => {}
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
    bail!("{route} does not respond although nothing is wrong")
}

fn text<'a>(item: &'a Value, name: &str) -> Result<&'a str> {
    item.get(name).and_then(Value::as_str).with_context(|| format!("no {name} in {item}"))
}

fn number(item: &Value, name: &str) -> Result<u64> {
    item.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in {item}"))
}
