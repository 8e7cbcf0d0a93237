//! What is not there costs a second look, at what there is.

use anyhow::Result;
use serde_json::json;

use super::Report;
use crate::ensemble::Ensemble;
use crate::events::{request, status};
use crate::workloads::TEXT;

pub(super) fn measure(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    let chat = ensemble.stored_chat(0, TEXT)?;
    let in_chat = chat.path();
    let message = chat.path_to("7");
    let elsewhere = [("token", chat.token.as_str()), ("chat", "2")];
    let body = json!({ "body": TEXT });
    let one_chat = "/applications/{token}/chats/{chat}";
    let (messages, one_message) =
        (format!("{one_chat}/messages"), format!("{one_chat}/messages/{{message}}"));
    let search = format!("{messages}/search");
    let hits = [("q", "tea")];
    let mut most = 0;
    for (function, what, method, route, path, query, body) in [
        (
            "create-message",
            "POST to a chat that is not there",
            "POST",
            &*messages,
            &elsewhere[..],
            &[][..],
            Some(&body),
        ),
        (
            "update-message",
            "PATCH a message that is not there",
            "PATCH",
            &one_message,
            &message,
            &[],
            Some(&body),
        ),
        ("delete-message", "DELETE a message that is not there", "DELETE", &one_message, &message, &[], None),
        ("delete-chat", "DELETE a chat that is not there", "DELETE", one_chat, &elsewhere, &[], None),
        ("read", "GET a chat that is not there", "GET", one_chat, &elsewhere, &[], None),
        ("read", "GET a message that is not there", "GET", &one_message, &message, &[], None),
        ("read", "GET the messages of an empty chat", "GET", &messages, &in_chat, &[], None),
        ("search", "GET no hits", "GET", &search, &in_chat, &hits, None),
    ] {
        let event = request(&format!("{method} {route}"), path, query, body)?;
        let (answer, calls) = ensemble.ask(function, &event)?;
        report.row(function, what, &status(&answer)?.to_string(), &calls);
        if matches!(function, "read" | "search") {
            most = most.max(calls.rounds().len());
        }
    }
    let what = "rounds of calls of read and search where nothing is found";
    report.verdict(what, "2", most.to_string(), most <= 2);
    Ok(())
}
