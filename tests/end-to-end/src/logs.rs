use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::json;
use test_stack::Stack;

use crate::client::http_client;
use crate::template;

/// The most events in one response. Source: `FilterLogEvents` in the API reference.
const MAX_EVENTS: usize = 10_000;

/// The log lines of the functions since a moment.
#[derive(Debug)]
pub struct Logs {
    http: reqwest::Client,
    aws: String,
    since_millis: u64,
}

#[derive(Deserialize)]
struct Page {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    message: String,
}

impl Logs {
    pub fn since_now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let since_millis = now.as_millis().try_into().unwrap();
        Self { http: http_client(), aws: Stack::of_tests().aws, since_millis }
    }

    /// Every line of every function.
    pub async fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for function in template().functions {
            lines.extend(self.lines_of(&function.name).await);
        }
        lines
    }

    /// Every line of a function, such as `create-message`.
    pub async fn lines_of(&self, function: &str) -> Vec<String> {
        let group = format!("/aws/lambda/chatlog-{function}");
        let request = self
            .http
            .post(&self.aws)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "Logs_20140328.FilterLogEvents")
            .body(json!({ "logGroupName": group, "startTime": self.since_millis }).to_string());
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, 200, "{group}: {text}");
        let events = serde_json::from_str::<Page>(&text).unwrap().events;
        assert!(events.len() < MAX_EVENTS, "{group} has more events than one response");
        events.into_iter().map(|event| event.message).collect()
    }
}
