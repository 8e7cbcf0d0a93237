use anyhow::Result;
use serde_json::json;

use super::{TEXT, Workload};
use crate::deployment::Deployment;
use crate::events::{APPLICATIONS, CHAT, CHATS, MESSAGES, request, with_header};

/// Requests that do their work once: deletions of chats, and creations with an `Idempotency-Key`.
pub(crate) fn single_use(deployment: &mut Deployment<'_>, uses: usize) -> Result<Vec<Workload>> {
    let application = deployment.create_application()?;
    let mut deletions = Vec::new();
    for _ in 0..uses {
        let (chat, _) = deployment.create_chat(&application)?;
        deletions.push(request("DELETE", CHAT, &chat, &[], None)?.to_string());
    }
    let (chat, _) = deployment.create_chat(&application)?;
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let mut workloads = vec![Workload { function: "delete-chat", what: "DELETE a chat", events: deletions }];
    for (function, what, route, body) in [
        ("create-application", "POST an application with a key", APPLICATIONS, Some(&name)),
        ("create-chat", "POST a chat with a key", CHATS, None),
        ("create-message", "POST a message with a key", MESSAGES, Some(&text)),
    ] {
        let event = request("POST", route, &chat, &[], body)?;
        let keyed = |number| {
            let key = format!("order-{number}");
            Ok(with_header(event.clone(), "Idempotency-Key", &key)?.to_string())
        };
        workloads.push(Workload { function, what, events: (0..uses).map(keyed).collect::<Result<_>>()? });
    }
    Ok(workloads)
}
