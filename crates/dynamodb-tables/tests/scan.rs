//! Scans of the table of messages, on the simulated DynamoDB.
#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod simulated;

use conversation::fake::samples::{application_id, chat_id, create_message, message_id};
use conversation::ports::StoreMessages;
use conversation::{ChatId, IndexChange, error_chain};
use dynamodb_tables::{Messages, ScanPosition};
use serde_json::{Value, json};
use simulated_aws::Stubs;

use simulated::{environment, stubs};

/// A table with message 1 in a chat.
async fn table_with_message(stubs: &Stubs) -> (Messages, ChatId) {
    let messages = Messages::new(&environment(stubs, "persist").sdk, "Messages");
    let chat = chat_id(&application_id(), 1);
    messages.create(&create_message(&chat, 1, 1, "readable")).await.unwrap();
    (messages, chat)
}

/// Puts a row of message 2 with one attribute that this release does not write.
fn put_row_with(stubs: &Stubs, chat: &ChatId, attribute: &str, value: &Value) {
    let mut item = json!({
        "chat": { "S": chat.key() }, "number": { "N": "2" }, "body": { "S": "tea" }, "revision": { "N": "2" },
        "created_revision": { "N": "2" }, "created_at": { "N": "5" }, "updated_at": { "N": "5" },
    });
    item.as_object_mut().unwrap().insert(attribute.to_owned(), value.clone());
    let input = json!({ "TableName": "Messages", "Item": item }).to_string();
    stubs.aws.call("test", "DynamoDB_20120810.PutItem", input.as_bytes()).unwrap().reply.unwrap();
}

#[tokio::test]
async fn a_malformed_row_is_reported_and_the_others_are_returned() {
    let stubs = stubs();
    let (messages, chat) = table_with_message(&stubs).await;
    put_row_with(&stubs, &chat, "revision", &json!({ "S": "two" }));
    let scanned = messages.scan(None, 10).await.unwrap();
    let read: Vec<u64> = scanned.changes.iter().map(|change| change.id().message.get()).collect();
    let malformed = ScanPosition { chat: chat.key(), number: 2 };
    assert_eq!((read, scanned.unreadable, scanned.rows), (vec![1], vec![malformed], 2));
}

/// A process that knows of a rebuild may have put a message into its index, and one that does not may have removed it.
#[tokio::test]
async fn a_deleted_message_is_removed() {
    let stubs = stubs();
    let (messages, chat) = table_with_message(&stubs).await;
    put_row_with(&stubs, &chat, "deleted_revision", &json!({ "N": "3" }));
    let scanned = messages.scan(None, 10).await.unwrap();
    let [IndexChange::Put(kept), IndexChange::Remove(removed)] = &scanned.changes[..] else {
        panic!("{:?}", scanned.changes);
    };
    assert_eq!((kept.id(), removed), (message_id(&chat, 1), &message_id(&chat, 2)));
}

/// If it was skipped as malformed, a rebuilt index would lack its message.
#[tokio::test]
async fn a_row_of_a_newer_release_ends_the_scan() {
    let stubs = stubs();
    let (messages, chat) = table_with_message(&stubs).await;
    put_row_with(&stubs, &chat, "row_version", &json!({ "N": "99" }));
    let error = error_chain(&messages.scan(None, 10).await.unwrap_err());
    assert!(error.contains("newer release: version 99"), "{error}");
}
