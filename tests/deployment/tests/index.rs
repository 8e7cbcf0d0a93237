//! The index is created with its mapping. No request may create another one under its name.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

use deployment::{Deployment, by_operator};
use http_api::fixture::Event;
use serde_json::json;
use simulated_aws::Service;

/// AWS documents that OpenSearch "ignores parameters passed in URLs for HTTP POST requests that are signed". Without
/// `require_alias`, a bulk creates an index with a mapping of its own. So it must not be sent before the alias is there.
#[tokio::test]
async fn a_new_process_sends_no_bulk_before_it_has_seen_the_alias() {
    let deployment = Deployment::start();
    let event = by_operator(Event::new("POST /applications", &[])).json(&json!({ "name": "Tea house" }));
    let (_, application) = deployment.send("create-application", event).await;
    let token = [("token", application["token"].as_str().unwrap()), ("chat", "1")];
    deployment.send("create-chat", Event::new("POST /applications/{token}/chats", &token[..1])).await;
    let messages = "POST /applications/{token}/chats/{chat}/messages";
    deployment.send("create-message", Event::new(messages, &token).json(&json!({ "body": "hello" }))).await;
    deployment.stubs.opensearch.lose_index();
    deployment.forget_calls();

    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);

    let calls = deployment.stubs.recording.take().into_iter();
    let to_index = calls.filter(|recorded| recorded.call.service == Service::OpenSearch);
    let names: Vec<String> = to_index.map(|recorded| recorded.call.name()).collect();
    assert_eq!(names, ["HEAD _alias/messages", "PUT messages-v1", "POST messages/_bulk"]);
}
