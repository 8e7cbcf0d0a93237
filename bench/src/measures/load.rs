//! How much the local stack takes, and how soon it can be read.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::api_client::Client;
use crate::numbers::{median, milliseconds, percentile};
use crate::report::{Section, Table};
use crate::workloads::TEXT;

const CONNECTIONS: usize = 8;
const PER_CONNECTION: usize = 250;
/// How often each chat is looked at.
const PACE: Duration = Duration::from_millis(100);
/// How long after the last 201 everything must be readable.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn measure() -> Result<Section> {
    let client = Client::of_local_stack(2 * CONNECTIONS)?;
    let application = client.post("/applications", &json!({ "name": "Load" }))?;
    let token = application.get("token").and_then(Value::as_str).context("no token")?;
    let mut chats = Vec::new();
    for _ in 0..CONNECTIONS {
        let chat = client.post(&format!("/applications/{token}/chats"), &json!({}))?;
        let number = chat.get("number").context("no number")?;
        chats.push(format!("/applications/{token}/chats/{number}/messages"));
    }
    let started = Instant::now();
    let results: Vec<Result<Chat>> = thread::scope(|scope| {
        let chats: Vec<_> = chats.iter().map(|path| scope.spawn(|| talk(&client, path))).collect();
        chats
            .into_iter()
            .map(|chat| chat.join().unwrap_or_else(|_| bail!("a connection's thread died")))
            .collect()
    });
    let chats = results.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(section(started, &chats))
}

/// What became of one chat.
struct Chat {
    latencies: Vec<Duration>,
    until_readable: Vec<Duration>,
    posted: Instant,
    readable: Instant,
}

/// Posts into one chat, one message after the other, and watches them come up.
fn talk(client: &Client, path: &str) -> Result<Chat> {
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

fn section(started: Instant, chats: &[Chat]) -> Section {
    let all = |of: fn(&Chat) -> &Vec<Duration>| chats.iter().flat_map(of).copied().collect::<Vec<Duration>>();
    let (latencies, until_readable) = (all(|chat| &chat.latencies), all(|chat| &chat.until_readable));
    let posted = chats.iter().map(|chat| chat.posted).max().unwrap_or(started) - started;
    let readable = chats.iter().map(|chat| chat.readable).max().unwrap_or(started) - started;
    let count = f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX));
    let mut table = Table::new(&["what", "measured"]);
    for (what, measured) in [
        ("accepted", format!("{:.0} messages a second", count / posted.as_secs_f64())),
        ("201 after, median", format!("{} ms", milliseconds(median(&latencies)))),
        ("201 after, 99th percentile", format!("{} ms", milliseconds(percentile(&latencies, 99)))),
        ("readable after the 201, median", format!("{} ms", milliseconds(median(&until_readable)))),
        (
            "readable after the 201, 99th percentile",
            format!("{} ms", milliseconds(percentile(&until_readable, 99))),
        ),
        ("all readable after the first request", format!("{} ms", milliseconds(readable))),
    ] {
        table.row([what.to_owned(), measured]);
    }
    Section {
        title: "The local stack under load",
        command: "load",
        how: format!(
            "For information: {count} messages over {CONNECTIONS} connections, each into a chat of its own, against the \
             stack of `cargo xtask up`, while every chat is read each {} ms (the times until readable are no finer than \
             that). Client, engine, functions and OpenSearch share the machine.",
            PACE.as_millis()
        ),
        table,
        verdicts: Vec::new(),
    }
}
