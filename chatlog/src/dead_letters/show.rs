use anyhow::{Context, Result};
use clap::Args;
use conversation::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqs_queues::{BuriedRecord, decode_write};

use super::queues::{find, queues};
use super::record::Record;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The record's id, as `chatlog dead-letters list` shows it
    id: String,
    /// Shows the text of the message, too, and an unreadable record as it is
    #[arg(long)]
    with_text: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    record: Record,
    group: String,
    /// What is on the queue. Without its text if that is not wanted; missing if nobody knows where its text is.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Value>,
    /// The reason as it is. It may quote the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_reason: Option<String>,
}

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let queues = queues(deployment)?;
    let found = find(&queues, std::slice::from_ref(&options.id)).await?;
    for held in &found {
        held.release().await?;
    }
    let found = found.iter().find_map(|held| Some((held.queue.name, held.records.first()?)));
    let (queue, buried) = found.context("the record is gone: another command took it")?;
    output.print(&Shown {
        record: Record::new(queue, buried, Timestamp::now()),
        group: buried.group.clone(),
        content: content(buried, options.with_text),
        full_reason: buried.reason.clone().filter(|_| options.with_text),
    })
}

fn content(buried: &BuriedRecord, with_text: bool) -> Option<Value> {
    let json = serde_json::from_str(&buried.record).ok();
    if with_text {
        return json.or_else(|| Some(buried.record.clone().into()));
    }
    decode_write(&buried.record).ok()?;
    let mut json: Value = json?;
    json.as_object_mut()?.remove("body");
    Some(json)
}

impl Show for Shown {
    fn show(&self) -> String {
        let Record { queue, id, sent_at, reason, receives, kind, application, chat, message, .. } =
            &self.record;
        let number = |value: &Option<u64>| value.map(|value| value.to_string());
        let group = Some(self.group.clone()).filter(|group| !group.is_empty());
        let content = match &self.content {
            Some(Value::String(text)) => text.clone(),
            Some(json) => json.to_string(),
            None => "unreadable: --with-text shows it".to_owned(),
        };
        let lines = [
            ("queue", Some((*queue).to_owned())),
            ("id", Some(id.clone())),
            ("buried at", Some(format!("{sent_at}, {} ago", self.record.age()))),
            ("reason", Some(reason.clone().unwrap_or_else(|| "received too often".to_owned()))),
            ("full reason", self.full_reason.clone()),
            ("receives", Some(receives.to_string())),
            ("kind", Some((*kind).to_owned())),
            ("application", application.clone()),
            ("chat", number(chat)),
            ("message", number(message)),
            ("message group", group),
            ("record", Some(content)),
        ];
        let lines = lines.into_iter().filter_map(|(name, value)| Some(format!("{name:<14} {}", value?)));
        lines.collect::<Vec<_>>().join("\n")
    }
}
