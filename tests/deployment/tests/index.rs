//! The index is created with its mapping. No request may create another one under its name.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

use deployment::{Deployment, by_operator};
use http_api::fixture::Event;
use serde_json::json;
use simulated_aws::Service;

/// A chat with the path to it.
struct Chat<'a> {
    deployment: &'a Deployment,
    token: String,
}

impl<'a> Chat<'a> {
    async fn create(deployment: &'a Deployment) -> Self {
        let event = by_operator(Event::new("POST /applications", &[])).json(&json!({ "name": "Tea house" }));
        let (_, application) = deployment.send("create-application", event).await;
        let token = application["token"].as_str().unwrap().to_owned();
        let event = Event::new("POST /applications/{token}/chats", &[("token", &token)]);
        deployment.send("create-chat", event).await;
        Self { deployment, token }
    }

    fn path(&self) -> [(&str, &str); 2] {
        [("token", &self.token), ("chat", "1")]
    }

    /// Creates a message and has `persist` apply it.
    async fn create_message(&self) {
        let event = Event::new(&format!("POST {MESSAGES}"), &self.path()).json(&json!({ "body": "hello" }));
        assert_eq!(self.deployment.send("create-message", event).await.0, 201);
        assert_eq!(self.deployment.persist(&self.deployment.take_writes()).await, 0);
    }

    async fn search(&self) -> u16 {
        let event = Event::new(&format!("GET {MESSAGES}/search"), &self.path()).query(&[("q", "hello")]);
        self.deployment.send("search", event).await.0
    }
}

const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";

/// The names of the calls to OpenSearch since they were taken last.
fn calls_to_opensearch(deployment: &Deployment) -> Vec<String> {
    let calls = deployment.stubs.recording.take().into_iter();
    let to_index = calls.filter(|recorded| recorded.call.service == Service::OpenSearch);
    to_index.map(|recorded| recorded.call.name()).collect()
}

/// AWS documents that OpenSearch "ignores parameters passed in URLs for HTTP POST requests that are signed". Without
/// `require_alias`, a bulk creates an index with a mapping of its own. So it must not be sent before the alias is there.
#[tokio::test]
async fn a_new_process_sends_no_bulk_before_it_has_seen_the_alias() {
    let deployment = Deployment::start();
    let chat = Chat::create(&deployment).await;
    deployment.forget_index();
    deployment.forget_calls();
    chat.create_message().await;
    let first = ["HEAD _alias/messages", "PUT messages-v1", "POST messages/_bulk"];
    assert_eq!(calls_to_opensearch(&deployment), first);
    chat.create_message().await;
    assert_eq!(calls_to_opensearch(&deployment), ["HEAD _alias/messages", "POST messages/_bulk"]);
}

#[tokio::test]
async fn before_the_first_message_a_search_finds_nothing() {
    let deployment = Deployment::start();
    let chat = Chat::create(&deployment).await;
    deployment.forget_index();
    assert_eq!(chat.search().await, 200);
}

/// An empty index in its place would hide that messages are missing.
#[tokio::test]
async fn a_lost_index_is_not_created_again_and_its_changes_wait() {
    let deployment = Deployment::start();
    let chat = Chat::create(&deployment).await;
    chat.create_message().await;
    deployment.stubs.opensearch.lose_index();
    deployment.forget_calls();
    chat.create_message().await;
    assert_eq!(calls_to_opensearch(&deployment), ["HEAD _alias/messages"]);
    let deferred = deployment.stubs.aws.take_sent("IndexRequests");
    assert_eq!(deferred.len(), 1);
    assert_eq!(deployment.reindex(&deferred).await, 1, "it waits on the queue");
    assert_eq!(chat.search().await, 503);
}

#[tokio::test]
async fn the_index_that_a_rebuild_fills_takes_all_changes_too() {
    let deployment = Deployment::start();
    let chat = Chat::create(&deployment).await;
    chat.create_message().await;
    deployment.begin_rebuild();
    deployment.forget_calls();
    chat.create_message().await;
    let calls = ["HEAD _alias/messages", "POST messages-v*-writes/_bulk", "POST messages/_bulk"];
    let mut called = calls_to_opensearch(&deployment);
    called.sort();
    assert_eq!(called, calls);
}
