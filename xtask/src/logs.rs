//! `cargo xtask logs`: polls the log API of the engine.
//!
//! `sam logs --tail` is no replacement: its lines do not name their function, and it stops following a function that logs
//! nothing for a quarter of an hour.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use crate::checkout::Checkout;
use crate::deployment::lambda::Deployed;
use crate::deployment::read_template;
use crate::engine::aws_api;
use crate::stack::Addresses;
use crate::stack_folder;

const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only this function, for example `create-message` [default: all]
    function: Option<String>,
    /// How far back to begin
    #[arg(long, value_name = "MINUTES", default_value_t = 5)]
    since: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Event {
    /// In milliseconds since 1970.
    timestamp: u64,
    message: String,
    #[serde(rename = "logStreamName", default)]
    stream: String,
}

/// The log group of a function.
struct LogGroup {
    function: String,
    name: String,
    /// The time of the latest event shown.
    shown_until: u64,
    /// How many events of that millisecond, which may still grow, were shown of each stream.
    shown: HashMap<String, usize>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let aws = Addresses::read(&stack_folder::stack_file_of_up(&checkout))?.aws;
    let mut functions = read_template(&checkout)?.functions;
    if let Some(wanted) = &options.function {
        let names: Vec<String> = functions.iter().map(|function| function.name.clone()).collect();
        functions.retain(|function| function.name == *wanted);
        if functions.is_empty() {
            bail!("there is no function {wanted}; there are {}", names.join(", "));
        }
    }
    let since = Duration::from_secs(options.since * 60);
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_sub(since).as_millis();
    let since = u64::try_from(since)?;

    let deployed = Deployed::list(&aws)?;
    let mut groups = Vec::new();
    for function in functions {
        let name = match deployed.find(&function) {
            Some(found) => found.logging_config.log_group.clone(),
            None if options.function.is_some() => {
                bail!("{} is not deployed: `cargo xtask up` deploys it", function.name)
            }
            None => {
                eprintln!("skipping {}, which is not deployed: `cargo xtask up` deploys it", function.name);
                continue;
            }
        };
        groups.push(LogGroup { function: function.name, name, shown_until: since, shown: HashMap::new() });
    }
    match follow(&aws, groups, &mut io::stdout()) {
        // The reader, for example `head`, has enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

/// Prints new events until that fails.
fn follow(aws: &str, mut groups: Vec<LogGroup>, out: &mut impl Write) -> Result<()> {
    loop {
        let mut lines = Vec::new();
        for group in &mut groups {
            let events = events(aws, &group.name, group.shown_until)?;
            lines.extend(group.new_events(events).into_iter().map(|event| (group.function.clone(), event)));
        }
        lines.sort_by_key(|(_, event)| event.timestamp);
        for (function, event) in lines {
            writeln!(out, "{function:>18} │ {}", event.message.trim_end())?;
        }
        std::thread::sleep(POLL);
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

impl LogGroup {
    /// Keeps the events that were not shown yet, and counts them as shown.
    fn new_events(&mut self, events: Vec<Event>) -> Vec<Event> {
        let latest = events.iter().map(|event| event.timestamp).max().unwrap_or(self.shown_until);
        let mut shown = HashMap::new();
        for event in events.iter().filter(|event| event.timestamp == latest) {
            *shown.entry(event.stream.clone()).or_default() += 1;
        }
        let shown_until = std::mem::replace(&mut self.shown_until, latest);
        let mut old = std::mem::replace(&mut self.shown, shown);
        let mut is_old = |event: &Event| match old.get_mut(&event.stream) {
            Some(count) if event.timestamp == shown_until && *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        events.into_iter().filter(|event| !is_old(event)).collect()
    }
}

fn events(aws: &str, group: &str, from: u64) -> Result<Vec<Event>> {
    #[derive(Deserialize)]
    struct Page {
        events: Vec<Event>,
    }
    let headers =
        [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.FilterLogEvents")];
    let body = json!({ "logGroupName": group, "startTime": from }).to_string();
    let reply = aws_api::call("POST", aws, "logs", &headers, &body)?;
    match reply.status {
        200 => Ok(serde_json::from_str::<Page>(&reply.body)?.events),
        // A function that never ran has no log group.
        400 if reply.body.contains("ResourceNotFoundException") => Ok(Vec::new()),
        status => bail!("cannot read the log group {group}: {status} {}", reply.body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(timestamp: u64, message: &str) -> Event {
        Event { timestamp, message: message.into(), stream: "s".into() }
    }

    #[test]
    fn each_event_is_shown_once_even_if_its_millisecond_grows() {
        let mut group =
            LogGroup { function: "read".into(), name: "g".into(), shown_until: 5, shown: HashMap::new() };

        assert_eq!(group.new_events(vec![event(7, "a")]), [event(7, "a")]);
        assert_eq!(group.new_events(vec![event(7, "a"), event(7, "b")]), [event(7, "b")]);
        assert_eq!(group.new_events(vec![event(7, "a"), event(7, "b")]), []);
        assert_eq!(group.new_events(vec![event(7, "a"), event(7, "b"), event(9, "c")]), [event(9, "c")]);
    }
}
