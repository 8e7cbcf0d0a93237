use anyhow::Result;
use serde_json::json;

use super::{TEXT, Workload};
use crate::deployment::Deployment;
use crate::events::{APPLICATION, APPLICATIONS, CHAT, CHATS, MESSAGE, MESSAGES, SEARCH, TOKEN, request};

/// How many items a list has: the default length of a page.
const PAGE: usize = 50;

/// Requests that can be repeated, among 50 applications, in one with 50 chats, in a chat with 50 messages. The writes
/// are not applied, so that what they update or delete stays.
pub(crate) fn requests(deployment: &mut Deployment<'_>) -> Result<Vec<Workload>> {
    for _ in 1..PAGE {
        deployment.create_application()?;
    }
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, PAGE, TEXT)?;
    for _ in 1..PAGE {
        deployment.stored_chat(&application, 0, TEXT)?;
    }
    deployment.lift_limits()?;
    let rotated = deployment.create_application()?;
    let message = chat.message(7);
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let mut workloads = Vec::new();
    for (function, what, method, route, body) in [
        ("create-application", "POST an application", "POST", APPLICATIONS, Some(&name)),
        ("update-application", "PATCH an application", "PATCH", APPLICATION, Some(&name)),
        ("rotate-token", "POST a token", "POST", TOKEN, None),
        ("create-chat", "POST a chat", "POST", CHATS, None),
        ("create-message", "POST a message", "POST", MESSAGES, Some(&text)),
        ("update-message", "PATCH a message", "PATCH", MESSAGE, Some(&text)),
        ("delete-message", "DELETE a message", "DELETE", MESSAGE, None),
        ("other-methods", "DELETE the applications", "DELETE", APPLICATIONS, None),
        ("read", "GET an application", "GET", APPLICATION, None),
        ("read", "GET a page of 50 applications", "GET", APPLICATIONS, None),
        ("read", "GET a chat", "GET", CHAT, None),
        ("read", "GET a page of 50 chats", "GET", CHATS, None),
        ("read", "GET a message", "GET", MESSAGE, None),
        ("read", "GET a page of 50 messages", "GET", MESSAGES, None),
        ("reference", "GET the document", "GET", "/openapi.json", None),
        ("search", "GET 10 hits", "GET", SEARCH, None),
    ] {
        let query: &[(&str, &str)] =
            if function == "search" { &[("q", "jasmine tea"), ("limit", "10")] } else { &[] };
        let target = if route == TOKEN { &rotated } else { &message };
        let events = vec![request(method, route, target, body).query(query).to_string()];
        workloads.push(Workload { function, what, events });
    }
    Ok(workloads)
}
