//! Requests that do their work once: what they delete is gone, and what they create under a key is there.

use anyhow::Result;
use serde_json::json;

use super::{TEXT, Workload};
use crate::ensemble::Ensemble;
use crate::events::{keyed, request};

/// As many of each as `turns`.
pub(crate) fn single_use(ensemble: &mut Ensemble<'_>, turns: usize) -> Result<Vec<Workload>> {
    let token = ensemble.application()?;
    let mut deletions = Vec::new();
    for _ in 0..turns {
        let (chat, _) = ensemble.chat(&token)?;
        deletions.push(request("DELETE /applications/{token}/chats/{chat}", &chat.path(), &[], None)?);
    }
    let (chat, _) = ensemble.chat(&token)?;
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let in_application = [("token", token.as_str())];
    let messages = "POST /applications/{token}/chats/{chat}/messages";
    let mut workloads = vec![Workload { function: "delete-chat", what: "DELETE a chat", events: deletions }];
    for (function, what, event) in [
        (
            "create-application",
            "POST an application under a key",
            request("POST /applications", &[], &[], Some(&name))?,
        ),
        (
            "create-chat",
            "POST a chat under a key",
            request("POST /applications/{token}/chats", &in_application, &[], None)?,
        ),
        ("create-message", "POST a message under a key", request(messages, &chat.path(), &[], Some(&text))?),
    ] {
        let events = (0..turns).map(|turn| keyed(&event, &format!("order-{turn}")));
        workloads.push(Workload { function, what, events: events.collect::<Result<_>>()? });
    }
    Ok(workloads)
}
