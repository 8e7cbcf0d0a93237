use end_to_end::Aws;
use reqwest::Method;
use serde_json::{Value, json};

/// The poller between a queue and its function. While it is off, records stay on the queue.
#[derive(Debug)]
pub struct EventSource {
    aws: Aws,
    path: String,
}

impl EventSource {
    /// The poller of a function, by its logical id such as `Persist`.
    pub async fn of(logical_id: &str) -> Self {
        let (aws, all) = (Aws::default(), "/2015-03-31/event-source-mappings/");
        let listed = aws.rest("lambda", Method::GET, all, None).await;
        let is_of = |mapping: &&Value| mapping["FunctionArn"].as_str().unwrap().contains(logical_id);
        let mapping = listed["EventSourceMappings"].as_array().unwrap().iter().find(is_of).unwrap();
        let path = format!("{all}{}", mapping["UUID"].as_str().unwrap());
        Self { aws, path }
    }

    pub async fn switch(&self, on: bool) {
        self.aws.rest("lambda", Method::PUT, &self.path, Some(&json!({ "Enabled": on }))).await;
    }
}
