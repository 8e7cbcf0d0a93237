//! "I got 201 for message 7 and it never came": the logs tell what became of a write, as docs/logging.md describes it.

use end_to_end::{Client, Logs, Process};
use serde_json::{Value, json};
use test_stack::eventually;

/// An application with a chat: the application's id, and a client with its token.
async fn chat() -> (String, Client) {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    (id, tenant)
}

/// The line of the request that created a message of chat 1.
async fn request(logs: &Logs, application: &str, number: u64) -> Value {
    eventually("the log has the request", async || {
        let lines = logs.json_lines_of("create-message").await;
        lines.into_iter().find(|line| {
            line["application"] == application && line["chat"] == 1 && line["message_number"] == number
        })
    })
    .await
}

/// What the members of a list of records say about the one with this id of SQS.
fn listed(list: &Value, message_id: &Value) -> Option<(Value, Value, Value)> {
    list.as_array()?.iter().find_map(|of_chat| {
        let ids = of_chat["message_id"].as_array()?;
        let position = ids.iter().position(|id| id == message_id)?;
        let number = of_chat["message_number"][position].clone();
        Some((of_chat["application"].clone(), of_chat["chat"].clone(), number))
    })
}

/// The line of persist that lists a record as stored.
async fn batch(logs: &Logs, message_id: &Value) -> Value {
    eventually("the log has the batch", async || {
        let lines = logs.json_lines_of("persist").await;
        lines.into_iter().find(|line| listed(&line["done"], message_id).is_some())
    })
    .await
}

#[tokio::test]
async fn a_write_can_be_followed_from_its_request_to_its_row() {
    let logs = Logs::since_now();
    let (application, tenant) = chat().await;
    tenant.create_message("/applications/self/chats/1", "where is it?").await;

    let request = request(&logs, &application, 1).await;
    assert_eq!((&request["message"], &request["status"]), (&json!("responded"), &json!(201)));
    let texts = ["function", "request_id", "aws_request_id", "message_id"].map(|name| request[name].as_str());
    assert!(texts.iter().all(Option::is_some), "{request}");
    assert!(request["revision"].is_u64(), "{request}");

    let batch = batch(&logs, &request["message_id"]).await;
    let expected = (json!(application), json!(1), json!(1));
    assert_eq!(listed(&batch["done"], &request["message_id"]), Some(expected));
    assert!(batch["aws_request_id"].is_string(), "{batch}");
    assert!(batch["StoredAfter"][0].is_u64(), "{batch}");
    assert_eq!(batch["stack"], "chatlog");
    assert_eq!(batch["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Chatlog");
    assert!(!batch.to_string().contains("where is it?"), "{batch}");
}

#[tokio::test]
async fn a_message_that_opensearch_did_not_accept_can_be_followed_to_reindex() {
    let logs = Logs::since_now();
    let (application, tenant) = chat().await;
    let stopped = Process::opensearch().stop();
    tenant.create_message("/applications/self/chats/1", "not found").await;
    let request = request(&logs, &application, 1).await;
    let batch = batch(&logs, &request["message_id"]).await;
    assert!(listed(&batch["index_later"], &request["message_id"]).is_some(), "{batch}");
    drop(stopped);

    let indexed = eventually("the log has the batch of reindex", async || {
        let lines = logs.json_lines_of("reindex").await;
        lines.into_iter().find(|line| {
            line["done"].as_array().into_iter().flatten().any(|of_chat| {
                of_chat["application"] == application.as_str() && of_chat["message_number"] == json!([1])
            })
        })
    })
    .await;
    assert_eq!(indexed["message"], "indexed a batch");
    assert!(indexed["IndexedAfter"].is_array(), "{indexed}");
}
