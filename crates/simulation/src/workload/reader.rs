use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use tokio::time::sleep;

use super::client::Client;
use super::clients::{Clients, FIRST_READER};
use crate::history::{Found, MessageKey, OldToken, Read};
use crate::random::Random;

/// Reads single messages that were accepted, and tries tokens that were replaced, forever.
///
/// # Errors
/// The simulation cannot run a request.
pub(crate) async fn read(clients: Clients, number: u32, random: Random) -> Result<()> {
    let client = clients.client(FIRST_READER + number);
    loop {
        sleep(random.between(Duration::from_millis(500), Duration::from_secs(2))).await;
        if random.chance(0.2) {
            try_old_token(&client, &random).await?;
        }
        let message = clients.directory().pick_message(&random);
        if let Some(message) = message {
            read_message(&client, message).await?;
        }
    }
}

async fn read_message(client: &Client, message: MessageKey) -> Result<()> {
    let clock = client.shared.region.context.clock;
    let start = clock.now();
    let Some(response) = client.message(message).await? else { return Ok(()) };
    let text = |name: &str| response.body.get(name).and_then(Value::as_str).unwrap_or_default().into();
    let found = match response.status {
        200 => Found::Body(text("body")),
        404 => Found::Nothing { code: text("code") },
        _ => return Ok(()),
    };
    let read = Read { client: client.key, message, start, end: clock.now(), found };
    client.shared.history().reads.push(read);
    Ok(())
}

async fn try_old_token(client: &Client, random: &Random) -> Result<()> {
    let clock = client.shared.region.context.clock;
    let start = clock.now();
    let old = client.shared.directory().pick_old_token(random);
    let Some((application, token, replaced)) = old else { return Ok(()) };
    let Some(response) = client.application_by(&token).await? else { return Ok(()) };
    if response.status >= 500 {
        return Ok(());
    }
    let is_accepted = response.status < 300;
    let end = clock.now();
    let old = OldToken { client: client.key, application, replaced, start, end, is_accepted };
    client.shared.history().old_tokens.push(old);
    Ok(())
}
