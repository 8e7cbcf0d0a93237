//! Requests with a token that is not valid.

use anyhow::Result;
use serde_json::json;

use super::Report;
use crate::deployment::Deployment;
use crate::events::{CHAT, MESSAGES, Target, request};
use crate::workloads::TEXT;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let application = deployment.create_application()?;
    let revoked = deployment.stored_chat(&application, 0, TEXT)?;
    deployment.rotate_token(&application)?;
    // Another last character: another signature.
    let mut token = revoked.token.clone();
    let last = if token.pop() == Some('A') { 'B' } else { 'A' };
    token.push(last);
    let forged = Target { token, ..revoked.clone() };
    let body = json!({ "body": TEXT });
    for (function, what, method, route, target, body) in [
        ("create-message", "POST a message with a forged token", "POST", MESSAGES, &forged, Some(&body)),
        ("create-message", "POST a message with a revoked token", "POST", MESSAGES, &revoked, Some(&body)),
        ("read", "GET a chat with a revoked token", "GET", CHAT, &revoked, None),
    ] {
        let event = request(method, route, target, body).to_string();
        let (cold, _) = report.responses(deployment, function, what, [&event, &event])?;
        if what.contains("forged") {
            let calls = cold.0.len();
            report.budget("AWS calls of a request with a forged token", "0", calls.to_string(), calls == 0);
        }
    }
    Ok(())
}
