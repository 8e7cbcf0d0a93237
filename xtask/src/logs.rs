//! `cargo xtask logs`: follows what the functions print, by asking the engine's log API.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use crate::addresses::Addresses;
use crate::checkout::Checkout;
use crate::cloudformation::authorization;
use crate::stack_home::{StackHome, read_json};
use crate::{functions, http, stack};

const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only this function, for example `create-message` [default: all]
    function: Option<String>,
    /// How far back to begin
    #[arg(long, value_name = "MINUTES", default_value_t = 5)]
    since: u64,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Event {
    timestamp: u64,
    message: String,
    #[serde(rename = "logStreamName", default)]
    stream: String,
}

/// A function's log group, and how much of it has been shown.
struct Followed {
    function: String,
    group: String,
    from: u64,
    /// What was shown of the last millisecond, which may still grow: how many lines of each stream.
    shown: HashMap<String, usize>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let home = StackHome::of_up(&checkout);
    let addresses: Addresses =
        read_json(home.stack_file()).context("Chatlog is not up: `cargo xtask up` starts it")?;
    let names = functions::names(&checkout)?;
    if let Some(wanted) = &options.function
        && !names.contains(wanted)
    {
        bail!("there is no function {wanted}; there are {}", names.join(", "));
    }
    let since = Duration::from_secs(options.since * 60);
    let from = SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_sub(since);
    let from = u64::try_from(from.as_millis())?;
    let (_, deployed) = stack::find(&addresses.aws)?;
    let mut followed: Vec<Followed> = names
        .iter()
        .filter(|name| options.function.as_ref().is_none_or(|wanted| wanted == *name))
        .filter_map(|name| {
            let logical_id = functions::logical_id(name);
            let function = deployed.iter().find(|function| function.logical_id == logical_id)?;
            let group = function.log_group.clone();
            Some(Followed { function: name.clone(), group, from, shown: HashMap::new() })
        })
        .collect();
    loop {
        let mut lines = Vec::new();
        for group in &mut followed {
            let events = events(&addresses.aws, &group.group, group.from)?;
            let news = group.news(events);
            lines.extend(
                news.into_iter().map(|event| (event.timestamp, group.function.clone(), event.message)),
            );
        }
        lines.sort_by_key(|(timestamp, ..)| *timestamp);
        for (_, function, message) in lines {
            println!("{function:>18} │ {}", message.trim_end());
        }
        std::thread::sleep(POLL);
    }
}

impl Followed {
    /// Those events that have not been shown yet.
    fn news(&mut self, events: Vec<Event>) -> Vec<Event> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let first = self.from;
        let mut news = Vec::new();
        for event in events {
            if event.timestamp == first {
                let count = seen.entry(event.stream.clone()).or_default();
                *count += 1;
                if self.shown.get(&event.stream).is_some_and(|shown| *count <= *shown) {
                    continue;
                }
            }
            news.push(event);
        }
        let last = news.iter().map(|event| event.timestamp).max().unwrap_or(first).max(first);
        if last > first {
            self.from = last;
            self.shown.clear();
        }
        for event in news.iter().filter(|event| event.timestamp == last) {
            *self.shown.entry(event.stream.clone()).or_default() += 1;
        }
        news
    }
}

fn events(aws: &str, group: &str, from: u64) -> Result<Vec<Event>> {
    #[derive(Deserialize)]
    struct Page {
        events: Vec<Event>,
    }
    let authorization = authorization("logs");
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "Logs_20140328.FilterLogEvents"),
        ("authorization", authorization.as_str()),
    ];
    let body = json!({ "logGroupName": group, "startTime": from }).to_string();
    let reply = http::post(aws, &headers, &body)?;
    match reply.status {
        200 => Ok(serde_json::from_str::<Page>(&reply.body)?.events),
        // A function that has not run yet has no log group.
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
    fn each_line_is_shown_once_even_if_its_millisecond_grows() {
        let mut group =
            Followed { function: "read".into(), group: "g".into(), from: 5, shown: HashMap::new() };
        assert_eq!(group.news(vec![event(7, "a")]), [event(7, "a")]);
        assert_eq!(group.news(vec![event(7, "a"), event(7, "b")]), [event(7, "b")]);
        assert_eq!(group.news(vec![event(7, "a"), event(7, "b")]), []);
        assert_eq!(group.news(vec![event(7, "a"), event(7, "b"), event(9, "c")]), [event(9, "c")]);
    }
}
