use anyhow::Result;
use serde_json::json;

use super::{TEXT, Workload};
use crate::deployment::Deployment;
use crate::events::{APPLICATION, APPLICATIONS, CHAT, CHATS, MESSAGES, TOKEN, request};

/// Requests that do their work once: deletions of applications and chats, and creations with an `Idempotency-Key`.
pub(crate) fn single_use(deployment: &mut Deployment<'_>, uses: usize) -> Result<Vec<Workload>> {
    let application = deployment.create_application()?;
    let (mut applications, mut chats) = (Vec::new(), Vec::new());
    for _ in 0..uses {
        let deleted = deployment.create_application()?;
        applications.push(request("DELETE", APPLICATION, &deleted, None).to_string());
        let (chat, _) = deployment.create_chat(&application)?;
        chats.push(request("DELETE", CHAT, &chat, None).to_string());
    }
    let rotated = deployment.create_application()?;
    let (chat, _) = deployment.create_chat(&application)?;
    deployment.lift_limits()?;
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let mut workloads = vec![
        Workload { function: "delete-application", what: "DELETE an application", events: applications },
        Workload { function: "delete-chat", what: "DELETE a chat", events: chats },
    ];
    for (function, what, route, target, body) in [
        ("create-application", "POST an application with a key", APPLICATIONS, &chat, Some(&name)),
        ("rotate-token", "POST a token with a key", TOKEN, &rotated, None),
        ("create-chat", "POST a chat with a key", CHATS, &chat, None),
        ("create-message", "POST a message with a key", MESSAGES, &chat, Some(&text)),
    ] {
        let event = request("POST", route, target, body);
        let keyed = |number| event.clone().header("Idempotency-Key", &format!("order-{number}")).to_string();
        workloads.push(Workload { function, what, events: (0..uses).map(keyed).collect() });
    }
    Ok(workloads)
}
