//! Requests for something that does not exist.

use anyhow::Result;
use serde_json::json;

use super::Report;
use crate::deployment::Deployment;
use crate::events::{CHAT, MESSAGE, MESSAGES, SEARCH, request};
use crate::workloads::TEXT;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, 0, TEXT)?.message(7);
    let missing = chat.chat(2);
    let body = json!({ "body": TEXT });
    let mut most = Vec::new();
    for (function, what, method, route, target, body) in [
        ("create-message", "POST a message to a missing chat", "POST", MESSAGES, &missing, Some(&body)),
        ("update-message", "PATCH a missing message", "PATCH", MESSAGE, &chat, Some(&body)),
        ("delete-message", "DELETE a missing message", "DELETE", MESSAGE, &chat, None),
        ("delete-chat", "DELETE a missing chat", "DELETE", CHAT, &missing, None),
        ("read", "GET a missing chat", "GET", CHAT, &missing, None),
        ("read", "GET a missing message", "GET", MESSAGE, &chat, None),
        ("read", "GET the messages of an empty chat", "GET", MESSAGES, &chat, None),
        ("search", "GET no hits", "GET", SEARCH, &chat, None),
    ] {
        let query: &[(&str, &str)] = if function == "search" { &[("q", "tea")] } else { &[] };
        let event = request(method, route, target, body).query(query).to_string();
        let calls = report.request(deployment, function, what, [&event, &event])?;
        if matches!(function, "read" | "search") {
            most = most.max(calls.rounds().iter().map(Vec::len).collect());
        }
    }
    report.calls_budget("AWS calls of read and search, nothing found", "2 at once", &most, &[2]);
    Ok(())
}
