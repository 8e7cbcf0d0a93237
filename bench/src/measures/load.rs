//! How much the local stack takes, and how soon it can be read.

mod talk;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::api_client::Client;
use crate::numbers::{median, milliseconds, percentile};
use crate::report::{Section, Table};
use talk::{ALONE, Chat, FINE_PACE, PACE, alone, talk};

const CONNECTIONS: usize = 8;
const PER_CONNECTION: usize = 250;

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
    let alone = alone(&client, &format!("/applications/{token}/chats"))?;
    let started = Instant::now();
    let results: Vec<Result<Chat>> = thread::scope(|scope| {
        let chats: Vec<_> = chats.iter().map(|path| scope.spawn(|| talk(&client, path))).collect();
        chats
            .into_iter()
            .map(|chat| chat.join().unwrap_or_else(|_| bail!("a connection's thread died")))
            .collect()
    });
    let chats = results.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(section(&alone, started, &chats))
}

fn section(alone: &[(Duration, Duration)], started: Instant, chats: &[Chat]) -> Section {
    let all = |of: fn(&Chat) -> &Vec<Duration>| chats.iter().flat_map(of).copied().collect::<Vec<Duration>>();
    let (latencies, until_readable) = (all(|chat| &chat.latencies), all(|chat| &chat.until_readable));
    let posted = chats.iter().map(|chat| chat.posted).max().unwrap_or(started) - started;
    let readable = chats.iter().map(|chat| chat.readable).max().unwrap_or(started) - started;
    let count = f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX));
    let mut table = Table::new(&["what", "measured"]);
    let (alone_201, alone_readable): (Vec<Duration>, Vec<Duration>) = alone.iter().copied().unzip();
    for (what, measured) in [
        ("one at a time: 201 after, median", format!("{} ms", milliseconds(median(&alone_201)))),
        (
            "one at a time: readable after the 201, median",
            format!("{} ms", milliseconds(median(&alone_readable))),
        ),
        ("at once: accepted", format!("{:.0} messages a second", count / posted.as_secs_f64())),
        ("at once: 201 after, median", format!("{} ms", milliseconds(median(&latencies)))),
        ("at once: 201 after, 99th percentile", format!("{} ms", milliseconds(percentile(&latencies, 99)))),
        ("at once: readable after the 201, median", format!("{} ms", milliseconds(median(&until_readable)))),
        (
            "at once: readable after the 201, 99th percentile",
            format!("{} ms", milliseconds(percentile(&until_readable, 99))),
        ),
        ("at once: all readable after the first request", format!("{} ms", milliseconds(readable))),
    ] {
        table.row([what.to_owned(), measured]);
    }
    Section {
        title: "The local stack under load",
        command: "load",
        how: format!(
            "For information: {ALONE} messages one at a time, each looked for every {} ms; then {count} messages over {CONNECTIONS} connections, each into a chat of its own, against the \
             stack of `cargo xtask up`, while every chat is read each {} ms (the times until readable are no finer than \
             that). Client, engine, functions and OpenSearch share the machine.",
            FINE_PACE.as_millis(),
            PACE.as_millis()
        ),
        table,
        verdicts: Vec::new(),
    }
}
