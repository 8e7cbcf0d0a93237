use crate::SentMessage;
use serde_json::{Value, json};

use super::{aws, error, ok};

fn message(deduplication_id: &str, body: &str) -> Value {
    json!({
        "QueueUrl": "http://127.0.0.1/123456789012/Writes",
        "MessageGroupId": "group",
        "MessageDeduplicationId": deduplication_id,
        "MessageBody": body,
    })
}

fn batch(entries: &[Value]) -> Value {
    json!({ "QueueUrl": "http://127.0.0.1/123456789012/Writes", "Entries": entries })
}

fn entry(id: &str, deduplication_id: &str, body: &str) -> Value {
    json!({
        "Id": id,
        "MessageGroupId": "group",
        "MessageDeduplicationId": deduplication_id,
        "MessageBody": body,
    })
}

fn bodies(sent: &[SentMessage]) -> Vec<&str> {
    sent.iter().map(|message| message.body.as_str()).collect()
}

#[test]
fn a_queue_keeps_what_was_sent_to_it() {
    let aws = aws();
    let reason = json!({ "DataType": "String", "StringValue": "not JSON" });
    let mut first = message("1", "first");
    first["MessageAttributes"] = json!({ "reason": reason });
    let id = ok(&aws, "SendMessage", &first)["MessageId"].as_str().unwrap().to_owned();
    ok(&aws, "SendMessage", &message("2", "second"));
    let sent = aws.take_sent("Writes");
    assert_eq!(bodies(&sent), ["first", "second"]);
    let expected = SentMessage {
        id,
        group: "group".to_owned(),
        deduplication_id: "1".to_owned(),
        body: "first".to_owned(),
        attributes: [("reason".to_owned(), "not JSON".to_owned())].into(),
    };
    assert_eq!(sent[0], expected);
    assert_eq!(aws.take_sent("Writes"), []);
    assert_eq!(aws.take_sent("IndexRequests"), []);
}

#[test]
fn a_batch_keeps_every_entry() {
    let aws = aws();
    let reply = ok(&aws, "SendMessageBatch", &batch(&[entry("0", "1", "first"), entry("1", "2", "second")]));
    let ids: Vec<&Value> =
        reply["Successful"].as_array().unwrap().iter().map(|successful| &successful["Id"]).collect();
    assert_eq!((ids, &reply["Failed"]), (vec![&json!("0"), &json!("1")], &json!([])));
    assert_eq!(bodies(&aws.take_sent("Writes")), ["first", "second"]);
}

#[test]
fn a_repeated_message_is_kept_once_in_its_group() {
    let aws = aws();
    let first = ok(&aws, "SendMessage", &message("1", "first"));
    assert_eq!(ok(&aws, "SendMessage", &message("1", "again")), first);
    let mut elsewhere = message("1", "another group");
    elsewhere["MessageGroupId"] = json!("other");
    ok(&aws, "SendMessage", &elsewhere);
    assert_eq!(bodies(&aws.take_sent("Writes")), ["first", "another group"]);
    ok(&aws, "SendMessage", &message("1", "after it was received"));
    assert_eq!(aws.take_sent("Writes"), []);
}

#[test]
fn what_a_fifo_queue_needs_is_required() {
    let aws = aws();
    for needed in ["MessageGroupId", "MessageDeduplicationId"] {
        let mut lacking = message("1", "body");
        lacking.as_object_mut().unwrap().remove(needed);
        assert_eq!(error(&aws, "SendMessage", &lacking).0, "MissingParameter");
        let mut lacking = entry("0", "1", "body");
        lacking.as_object_mut().unwrap().remove(needed);
        let reply = ok(&aws, "SendMessageBatch", &batch(&[lacking, entry("1", "2", "body")]));
        assert_eq!((&reply["Failed"][0]["Id"], &reply["Successful"][0]["Id"]), (&json!("0"), &json!("1")));
    }
}

#[test]
fn a_standard_queue_keeps_every_message() {
    let aws = aws();
    let url = "http://127.0.0.1/123456789012/IndexRequests";
    let message = json!({ "QueueUrl": url, "MessageBody": "body" });
    let first = ok(&aws, "SendMessage", &message);
    assert_eq!(first.get("SequenceNumber"), None);
    assert_ne!(ok(&aws, "SendMessage", &message), first);
    let entries = ["0", "1"].map(|id| json!({ "Id": id, "MessageBody": "body" }));
    ok(&aws, "SendMessageBatch", &json!({ "QueueUrl": url, "Entries": entries }));
    let sent = aws.take_sent("IndexRequests");
    assert_eq!(bodies(&sent), ["body"; 4]);
    assert_eq!((sent[0].group.as_str(), sent[0].deduplication_id.as_str()), ("", ""));
    let mut of_fifo = message;
    of_fifo["MessageDeduplicationId"] = json!("1");
    assert_eq!(error(&aws, "SendMessage", &of_fifo).0, "InvalidParameterValue");
}

#[test]
fn limits_hold() {
    let aws = aws();
    let too_long = "x".repeat(1024 * 1024 + 1);
    assert_eq!(error(&aws, "SendMessage", &message("1", &too_long)).0, "InvalidParameterValue");
    let half = "x".repeat(600 * 1024);
    let halves = batch(&[entry("0", "1", &half), entry("1", "2", &half)]);
    assert_eq!(error(&aws, "SendMessageBatch", &halves).0, "BatchRequestTooLong");
    let eleven: Vec<Value> = (0..11).map(|id| entry(&id.to_string(), &id.to_string(), "body")).collect();
    assert_eq!(error(&aws, "SendMessageBatch", &batch(&eleven)).0, "TooManyEntriesInBatchRequest");
    let twins = batch(&[entry("0", "1", "a"), entry("0", "2", "b")]);
    assert_eq!(error(&aws, "SendMessageBatch", &twins).0, "BatchEntryIdsNotDistinct");
    let mut elsewhere = message("1", "body");
    elsewhere["QueueUrl"] = json!("http://127.0.0.1/123456789012/Elsewhere");
    assert_eq!(error(&aws, "SendMessage", &elsewhere).0, "QueueDoesNotExist");
    aws.call("test", "AmazonSQS.PurgeQueue", message("1", "body").to_string().as_bytes()).unwrap_err();
}
