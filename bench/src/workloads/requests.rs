//! Requests that may be repeated as often as one likes.

use anyhow::Result;
use serde_json::json;

use super::{TEXT, Workload};
use crate::ensemble::Ensemble;
use crate::events::request;

/// How many items stand in a list: a page as long as clients get it unless they ask for another.
const PAGE: usize = 50;

/// Requests to the API among 50 applications, in one with 50 chats, in a chat with 50 messages. The writes are
/// taken and not applied, so that what they update or delete is there for the next one.
pub(crate) fn requests(ensemble: &mut Ensemble<'_>, _turns: usize) -> Result<Vec<Workload>> {
    for _ in 1..PAGE {
        ensemble.application()?;
    }
    let chat = ensemble.stored_chat(PAGE, TEXT)?;
    for _ in 1..PAGE {
        ensemble.stored_chat_of(&chat.token, 0, TEXT)?;
    }
    let token = [("token", chat.token.as_str())];
    let in_chat = chat.path();
    let message = chat.path_to("7");
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let (applications, chats) = ("/applications", "/applications/{token}/chats");
    let messages = format!("{chats}/{{chat}}/messages");
    let (one, one_chat) = (format!("{applications}/{{token}}"), format!("{chats}/{{chat}}"));
    let one_message = format!("{messages}/{{message}}");
    let hits = [("q", "jasmine tea"), ("limit", "10")];
    let mut workloads = Vec::new();
    for (function, what, method, route, path, query, body) in [
        ("create-application", "POST an application", "POST", applications, &[][..], &[][..], Some(&name)),
        ("update-application", "PATCH an application", "PATCH", &one, &token, &[], Some(&name)),
        ("create-chat", "POST a chat", "POST", chats, &token, &[], None),
        ("create-message", "POST a message", "POST", &messages, &in_chat, &[], Some(&text)),
        ("update-message", "PATCH a message", "PATCH", &one_message, &message, &[], Some(&text)),
        ("delete-message", "DELETE a message", "DELETE", &one_message, &message, &[], None),
        ("other-methods", "DELETE the applications", "DELETE", applications, &[], &[], None),
        ("read", "GET an application", "GET", &one, &token, &[], None),
        ("read", "GET a page of 50 applications", "GET", applications, &[], &[], None),
        ("read", "GET a chat", "GET", &one_chat, &in_chat, &[], None),
        ("read", "GET a page of 50 chats", "GET", chats, &token, &[], None),
        ("read", "GET a message", "GET", &one_message, &message, &[], None),
        ("read", "GET a page of 50 messages", "GET", &messages, &in_chat, &[], None),
        ("reference", "GET the document", "GET", "/openapi.json", &[], &[], None),
        ("search", "GET 10 hits", "GET", &format!("{messages}/search"), &in_chat, &hits, None),
    ] {
        let event = request(&format!("{method} {route}"), path, query, body)?;
        workloads.push(Workload { function, what, events: vec![event] });
    }
    Ok(workloads)
}
