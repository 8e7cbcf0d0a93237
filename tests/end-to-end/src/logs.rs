use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Aws, template};

/// The most events in one response. Source: `FilterLogEvents` in the API reference.
const MAX_EVENTS: usize = 10_000;

/// The log lines of the functions since a moment.
#[derive(Debug)]
pub struct Logs {
    aws: Aws,
    since_millis: u64,
}

impl Logs {
    pub fn since_now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Self { aws: Aws::default(), since_millis: now.as_millis().try_into().unwrap() }
    }

    pub fn since_the_start() -> Self {
        Self { aws: Aws::default(), since_millis: 0 }
    }

    /// Every line of every function.
    pub async fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for function in &template().functions {
            lines.extend(self.lines_of(&function.name).await);
        }
        lines
    }

    /// Every line of a function that is JSON.
    pub async fn json_lines_of(&self, function: &str) -> Vec<Value> {
        let lines = self.lines_of(function).await;
        lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Every line of a function, such as `create-message`.
    pub async fn lines_of(&self, function: &str) -> Vec<String> {
        let group = format!("/aws/lambda/chatlog-{function}");
        let mut lines = Vec::new();
        let mut since = self.since_millis;
        loop {
            let input = json!({ "logGroupName": group, "startTime": since });
            let page = self.aws.call("Logs_20140328.FilterLogEvents", &input).await;
            let events = page["events"].as_array().unwrap();
            lines.extend(events.iter().map(|event| event["message"].as_str().unwrap().to_owned()));
            let latest = events.last().and_then(|event: &Value| event["timestamp"].as_u64());
            match latest {
                // Lines of its last millisecond come twice.
                Some(latest) if events.len() >= MAX_EVENTS => since = latest,
                _ => return lines,
            }
        }
    }
}
