use crate::{Aws, Fault, OpenSearch};
use serde_json::{Value, json};

use super::{aws, exchange, ok};

fn put() -> Value {
    json!({ "TableName": "Counters", "Item": { "id": { "S": "a" } } })
}

fn is_there(aws: &Aws) -> bool {
    !ok(aws, "GetItem", &json!({ "TableName": "Counters", "Key": { "id": { "S": "a" } } }))["Item"].is_null()
}

/// The status of a put with this fault, if there is a reply, and whether it had its effect.
fn outcome(fault: Fault) -> (Option<u16>, bool) {
    let aws = aws();
    aws.plan_faults(move |call| (call.name() == "PutItem Counters").then_some(fault));
    let status = exchange(&aws, "PutItem", &put()).reply.map(|reply| reply.status);
    (status, is_there(&aws))
}

#[test]
fn a_fault_decides_about_effect_and_reply() {
    assert_eq!(outcome(Fault::NotReceived), (None, false));
    assert_eq!(outcome(Fault::ReplyLost), (None, true));
    assert_eq!(outcome(Fault::Throttled), (Some(400), false));
    assert_eq!(outcome(Fault::ServerError), (Some(500), false));
}

#[test]
fn a_plan_may_fault_one_call_of_many() {
    let aws = aws();
    let mut calls = 0;
    aws.plan_faults(move |_| {
        calls += 1;
        (calls == 1).then_some(Fault::ServerError)
    });
    assert_eq!(exchange(&aws, "PutItem", &put()).reply.unwrap().status, 500);
    ok(&aws, "PutItem", &put());
    assert!(is_there(&aws));
}

#[test]
fn faults_end() {
    let aws = aws();
    aws.plan_faults(|_| Some(Fault::NotReceived));
    assert_eq!(exchange(&aws, "PutItem", &put()).reply, None);
    aws.end_faults();
    ok(&aws, "PutItem", &put());
}

#[test]
fn each_service_is_throttled_in_its_own_words() {
    let aws = aws();
    aws.plan_faults(|_| Some(Fault::Throttled));
    let kind = |operation: &str, input: &Value| {
        exchange(&aws, operation, input).reply.unwrap().body["__type"].as_str().unwrap().to_owned()
    };
    assert!(kind("PutItem", &put()).ends_with("#ThrottlingException"));
    let message = json!({
        "QueueUrl": "http://127.0.0.1/1/Writes", "MessageBody": "b",
        "MessageGroupId": "g", "MessageDeduplicationId": "1",
    });
    assert!(kind("SendMessage", &message).ends_with("#RequestThrottled"));
    assert_eq!(aws.take_sent("Writes"), []);
}

#[test]
fn opensearch_fails_as_planned() {
    let opensearch = OpenSearch::default();
    let status = |fault| {
        opensearch.plan_faults(move |_| Some(fault));
        let exchange = opensearch.call("test", "HEAD", "/_alias/messages", b"").unwrap();
        exchange.reply.map(|reply| reply.status)
    };
    assert_eq!(status(Fault::Throttled), Some(429));
    assert_eq!(status(Fault::ServerError), Some(503));
    assert_eq!(status(Fault::NotReceived), None);
    assert_eq!(status(Fault::ReplyLost), None);
}
