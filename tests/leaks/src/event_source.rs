use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::Stack;

/// The poller between a queue and its function. While it is off, records stay on the queue.
#[derive(Debug)]
pub struct EventSource {
    url: String,
}

impl EventSource {
    /// The poller of a function, by its logical id such as `Persist`.
    pub async fn of(logical_id: &str) -> Self {
        let all = format!("{}/2015-03-31/event-source-mappings/", Stack::of_tests().aws);
        let listed = Client::default().get(&all).await.expect(200);
        let is_of = |mapping: &&Value| mapping["FunctionArn"].as_str().unwrap().contains(logical_id);
        let mapping = listed["EventSourceMappings"].as_array().unwrap().iter().find(is_of).unwrap();
        Self { url: format!("{all}{}", mapping["UUID"].as_str().unwrap()) }
    }

    pub async fn switch(&self, on: bool) {
        let switched = Client::default().send_json(Method::PUT, &self.url, &json!({ "Enabled": on })).await;
        assert!(switched.status.is_success(), "{switched:?}");
    }
}
