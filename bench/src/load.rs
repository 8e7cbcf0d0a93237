//! How much the local stack takes, and how soon it can be read. For information: everything shares one machine.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

use crate::report::Table;
use crate::shipped::root;
use crate::statistics::{median, milliseconds, percentile};
use crate::workloads::TEXT;

const CHATS: &str = "/applications/self/chats";
/// Messages that are posted one at a time, each when the one before can be read.
const ALONE: usize = 50;
const CONNECTIONS: usize = 8;
const PER_CONNECTION: usize = 250;
/// How often a message is looked for.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How soon a message must be readable.
const DEADLINE: Duration = Duration::from_mins(2);

/// A client of the stack that `cargo xtask up` started.
struct Client {
    agent: Agent,
    stack: Value,
    /// Of the application that the messages are posted to.
    token: String,
}

impl Client {
    /// Creates the application.
    fn new() -> Result<Self> {
        let path = root().join(".local/stack.json");
        let stack = std::fs::read_to_string(path).context("no stack: run `cargo xtask up`")?;
        let mut client = Self {
            // Loopback is not behind the user's proxy.
            agent: Agent::config_builder()
                .proxy(None)
                .max_idle_connections_per_host(CONNECTIONS)
                .build()
                .into(),
            stack: serde_json::from_str(&stack)?,
            token: String::new(),
        };
        if !client.of_stack("api").starts_with("http://127.0.0.1:") {
            bail!("only a stack on loopback is loaded");
        }
        let application =
            client.post("/applications", client.of_stack("admin_key"), &json!({ "name": "Load" }))?;
        let token = application.get("token").and_then(Value::as_str);
        token.context("no token")?.clone_into(&mut client.token);
        Ok(client)
    }

    fn of_stack(&self, member: &str) -> &str {
        self.stack.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    fn post(&self, path: &str, secret: &str, body: &Value) -> Result<Value> {
        let request =
            self.agent.post(format!("{}{path}", self.of_stack("api"))).content_type("application/json");
        let request = request.header("authorization", format!("Bearer {secret}"));
        let mut response = request.send(body.to_string()).with_context(|| format!("POST {path}"))?;
        Ok(serde_json::from_str(&response.body_mut().read_to_string()?)?)
    }

    /// Creates a chat. Returns the path of its messages.
    fn create_chat(&self) -> Result<String> {
        Ok(format!("{CHATS}/{}/messages", number(&self.post(CHATS, &self.token, &json!({}))?)?))
    }

    /// Posts a message. Returns its number, and how long its 201 took.
    fn post_message(&self, messages: &str) -> Result<(u64, Duration)> {
        let sent = Instant::now();
        let message = self.post(messages, &self.token, &json!({ "body": TEXT }))?;
        Ok((number(&message)?, sent.elapsed()))
    }

    /// Waits until the newest message has this number. Returns how long that took.
    fn wait_until_readable(&self, messages: &str, number: u64) -> Result<Duration> {
        let started = Instant::now();
        let newest = format!("{}{messages}?order=desc&limit=1", self.of_stack("api"));
        while started.elapsed() < DEADLINE {
            let request = self.agent.get(&newest).header("authorization", format!("Bearer {}", self.token));
            let page: Value = serde_json::from_reader(request.call()?.body_mut().as_reader())?;
            if page.pointer("/0/number").and_then(Value::as_u64) == Some(number) {
                return Ok(started.elapsed());
            }
            thread::sleep(POLL_INTERVAL);
        }
        bail!("message {number} of {messages} was not readable in time")
    }
}

fn number(created: &Value) -> Result<u64> {
    created.get("number").and_then(Value::as_u64).context("no number")
}

pub(crate) fn measure() -> Result<Table> {
    let client = Client::new()?;
    let (mut accepted, mut readable) = (Vec::new(), Vec::new());
    let messages = client.create_chat()?;
    for _ in 0..ALONE {
        let (number, took) = client.post_message(&messages)?;
        accepted.push(took);
        readable.push(client.wait_until_readable(&messages, number)?);
    }
    let mut table = Table::new(&["what", "measured"]);
    let mut row = |what: &str, measured: String| table.row([what.to_owned(), measured]);
    row("one at a time: 201, median", milliseconds(median(&accepted)) + " ms");
    row("one at a time: readable after the 201, median", milliseconds(median(&readable)) + " ms");

    let paths = (0..CONNECTIONS).map(|_| client.create_chat()).collect::<Result<Vec<_>>>()?;
    let started = Instant::now();
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = paths.iter().map(|path| scope.spawn(|| flood(&client, path))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread died"))).collect()
    });
    let all_readable = started.elapsed();
    let (mut accepted, mut posted) = (Vec::new(), started);
    for result in results {
        let (latencies, at) = result?;
        accepted.extend(latencies);
        posted = posted.max(at);
    }
    let rate = f64::from(u32::try_from(accepted.len())?) / (posted - started).as_secs_f64();
    row("at once: accepted", format!("{rate:.0} messages a second"));
    row("at once: 201, median", milliseconds(median(&accepted)) + " ms");
    row("at once: 201, 99 %", milliseconds(percentile(&accepted, 99)) + " ms");
    row("at once: all readable after the first request", milliseconds(all_readable) + " ms");
    Ok(table)
}

/// Posts messages into one chat and waits until the last one is readable. Returns how long each 201 took, and when
/// the last one came.
fn flood(client: &Client, messages: &str) -> Result<(Vec<Duration>, Instant)> {
    let (mut latencies, mut last) = (Vec::new(), 0);
    for _ in 0..PER_CONNECTION {
        let (number, took) = client.post_message(messages)?;
        latencies.push(took);
        last = number;
    }
    let posted = Instant::now();
    client.wait_until_readable(messages, last)?;
    Ok((latencies, posted))
}
