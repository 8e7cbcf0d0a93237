//! `chatlog follow`

mod line;
mod log;
mod story;
mod verdict;

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use conversation::{ChatNumber, MessageNumber, Timestamp};

use crate::application::Id;
use crate::arguments::Output;
use crate::deployment::Deployment;
use line::Line;
use log::Log;
use story::Story;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    application: Id,
    /// The number of the chat
    #[arg(value_parser = ChatNumber::parse)]
    chat: ChatNumber,
    /// The number of the message; without it, the creation and the deletion of the chat are followed
    #[arg(value_parser = MessageNumber::parse)]
    message: Option<MessageNumber>,
    /// How far back to look
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..))]
    hours: u32,
}

/// What is followed: a message, or a chat.
#[derive(Debug)]
struct Subject {
    application: String,
    chat: u64,
    message: Option<u64>,
}

pub(crate) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let subject = Subject {
        application: options.application.parse()?.to_string(),
        chat: options.chat.get(),
        message: options.message.map(MessageNumber::get),
    };
    let since = Timestamp::now().before(Duration::from_hours(1) * options.hours);
    let log = Log::new(deployment, since);
    let mut lines = requests(&log, &subject).await?;
    let records = records(&log, &subject, &lines).await?;
    let index_later = records.iter().any(|line| line.lists("index_later", |record| subject.has(record)));
    lines.extend(records);
    if index_later {
        let all = log.lines("reindex", &format!("\"{}\"", subject.application)).await?;
        lines.extend(all.into_iter().filter(|line| line.lists_any(|record| subject.has(record))));
    }
    output.print(&Story::new(&subject, lines))
}

/// The lines of the requests that wrote it.
async fn requests(log: &Log, subject: &Subject) -> Result<Vec<Line>> {
    let Subject { application, chat, message } = subject;
    let of_message = message.map_or_else(String::new, |message| format!(" && $.message_number = {message}"));
    let pattern = format!("{{ $.application = \"{application}\" && $.chat = {chat}{of_message} }}");
    let functions: &[&str] = match message {
        Some(_) => &["create-message", "update-message", "delete-message"],
        None => &["create-chat", "delete-chat"],
    };
    let mut lines = Vec::new();
    for function in functions {
        let found = log.lines(function, &pattern).await?;
        lines.extend(found.into_iter().filter(|line| line.is_request() && subject.is_of(line)));
    }
    Ok(lines)
}

/// The lines about its records on the queue. A record is found by its id. If that is unknown, or the record was not stored under it, all lines
/// of the application are read: an operator may have moved the record back, which gave it another id.
async fn records(log: &Log, subject: &Subject, requests: &[Line]) -> Result<Vec<Line>> {
    let ids: Vec<&str> = requests.iter().filter_map(|line| line.text("message_id")).collect();
    let is_about = |line: &Line| {
        let names_record = line.text("message_id").is_some_and(|id| ids.contains(&id));
        names_record || subject.is_of(line) || line.lists_any(|record| subject.has(record))
    };
    let mut lines: Vec<Line> = Vec::new();
    for id in &ids {
        add(&mut lines, log.lines("persist", &format!("\"{id}\"")).await?, is_about);
    }
    let is_stored =
        |id: &&str| lines.iter().any(|line| line.lists("done", |record| record.message_id == *id));
    if ids.is_empty() || !ids.iter().all(is_stored) {
        let all = log.lines("persist", &format!("\"{}\"", subject.application)).await?;
        add(&mut lines, all, is_about);
    }
    // The cause of a failure is in a line of the same invocation, perhaps about another record of the chat.
    let failed = lines.iter().filter(|line| line.lists("failed", |record| subject.has(record))).max();
    if let Some(id) = failed.and_then(|line| line.text("aws_request_id")).map(str::to_owned) {
        let pattern = format!("{{ $.aws_request_id = \"{id}\" }}");
        let of_invocation = log.lines("persist", &pattern).await?;
        add(&mut lines, of_invocation, |line| {
            line.text("aws_request_id") == Some(&id)
                && line.text("cause").is_some()
                && subject.may_have_met(line)
        });
    }
    Ok(lines)
}

/// Adds those lines that are wanted and not there yet.
fn add(lines: &mut Vec<Line>, found: Vec<Line>, is_wanted: impl Fn(&Line) -> bool) {
    for line in found {
        if is_wanted(&line) && !lines.contains(&line) {
            lines.push(line);
        }
    }
}
