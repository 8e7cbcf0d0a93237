//! Posting messages, and looking when they can be read.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::PER_CONNECTION;
use crate::api_client::Client;
use crate::workloads::TEXT;

/// How often each chat is looked at.
pub(super) const PACE: Duration = Duration::from_millis(300);
/// How long after the last 201 everything must be readable.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often a message that was posted alone is looked for.
pub(super) const FINE_PACE: Duration = Duration::from_millis(10);
/// How many messages are posted one at a time first, each when the one before can be read.
pub(super) const ALONE: usize = 50;

/// Posts a few messages into a new chat, and answers for each how long its 201 took and how much longer until it could
/// be read.
pub(super) fn alone(client: &Client, chats: &str) -> Result<Vec<(Duration, Duration)>> {
    let chat = client.post(chats, &json!({}))?;
    let path = format!("{chats}/{}/messages", chat.get("number").context("no number")?);
    let mut times = Vec::new();
    for _ in 0..ALONE {
        let sent = Instant::now();
        let message = client.post(&path, &json!({ "body": TEXT }))?;
        let accepted = Instant::now();
        let number = message.get("number").and_then(Value::as_u64).context("no number")?;
        let newest = format!("{path}?order=desc&limit=1");
        while client.get(&newest)?.pointer("/0/number").and_then(Value::as_u64) != Some(number) {
            if accepted.elapsed() > PATIENCE {
                bail!("message {number} was not readable in time");
            }
            thread::sleep(FINE_PACE);
        }
        times.push((accepted - sent, accepted.elapsed()));
    }
    Ok(times)
}

/// What became of one chat.
pub(super) struct Chat {
    pub(super) latencies: Vec<Duration>,
    pub(super) until_readable: Vec<Duration>,
    pub(super) posted: Instant,
    pub(super) readable: Instant,
}

/// Posts into one chat, one message after the other, and watches them come up.
pub(super) fn talk(client: &Client, path: &str) -> Result<Chat> {
    let accepted = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(client, path, &accepted));
        let mut latencies = Vec::new();
        for _ in 0..PER_CONNECTION {
            let sent = Instant::now();
            let message = client.post(path, &json!({ "body": TEXT }))?;
            latencies.push(sent.elapsed());
            let number = message.get("number").and_then(Value::as_u64).context("no number")?;
            accepted.lock().unwrap_or_else(PoisonError::into_inner).push((number, Instant::now()));
        }
        let posted = Instant::now();
        let (until_readable, readable) =
            watcher.join().unwrap_or_else(|_| bail!("the watching thread died"))?;
        Ok(Chat { latencies, until_readable, posted, readable })
    })
}

/// Reads from the first message on that was not seen yet, until all are there.
fn watch(
    client: &Client,
    path: &str,
    accepted: &Mutex<Vec<(u64, Instant)>>,
) -> Result<(Vec<Duration>, Instant)> {
    let (mut seen, mut first_unseen, mut times) = (BTreeSet::new(), 1, Vec::new());
    let (deadline, mut all_seen) = (Instant::now() + PATIENCE, Instant::now());
    while times.len() < PER_CONNECTION {
        if Instant::now() > deadline {
            bail!("{} of {PER_CONNECTION} messages were readable in time", times.len());
        }
        thread::sleep(PACE);
        let after = if first_unseen == 1 { String::new() } else { format!("&after={}", first_unseen - 1) };
        let page = client.get(&format!("{path}?limit=200{after}"))?;
        let now = Instant::now();
        let numbers =
            page.as_array().into_iter().flatten().filter_map(|message| message.get("number")?.as_u64());
        seen.extend(numbers);
        while seen.contains(&first_unseen) {
            first_unseen += 1;
        }
        accepted.lock().unwrap_or_else(PoisonError::into_inner).retain(|(number, at)| {
            let readable = seen.contains(number);
            if readable {
                times.push(now.saturating_duration_since(*at));
                all_seen = now;
            }
            !readable
        });
    }
    Ok((times, all_seen))
}
