//! The services on loopback, the recording of calls, and the variables of functions.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::environment::SIGNING_KEY;
use crate::{Fault, Permission, Service, Stubs};
use serde_json::{Value, json};

use super::template;

const SIGNED_BY_READ: &str =
    "AWS4-HMAC-SHA256 Credential=read/20261127/eu-central-1/any/aws4_request, Signature=0";

fn stubs() -> Stubs {
    Stubs::start(&template(), |_| Duration::ZERO).unwrap()
}

fn call_aws(stubs: &Stubs, target: &str, input: &Value) -> Result<(u16, Value), ureq::Error> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    let request =
        agent.post(stubs.aws_url()).header("x-amz-target", target).header("authorization", SIGNED_BY_READ);
    let mut response = request.send(input.to_string())?;
    let body = serde_json::from_str(&response.body_mut().read_to_string()?).unwrap();
    Ok((response.status().as_u16(), body))
}

fn get() -> Value {
    json!({ "TableName": "Counters", "Key": { "id": { "S": "a" } } })
}

#[test]
fn a_call_over_http_is_performed_and_recorded() {
    let stubs = stubs();
    assert_eq!(call_aws(&stubs, "DynamoDB_20120810.GetItem", &get()).unwrap(), (200, json!({})));
    let calls = stubs.recording.take();
    let [recorded] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((recorded.call.caller.as_str(), recorded.call.service), ("read", Service::DynamoDb));
    assert_eq!(recorded.call.name(), "GetItem Counters");
    assert!(recorded.arrived <= recorded.replied);
    assert!(stubs.recording.take().is_empty());
}

#[test]
fn opensearch_is_served_on_a_port_of_its_own() {
    let stubs = stubs();
    let response = ureq::head(format!("{}/_alias/messages", stubs.opensearch_url())).call().unwrap();
    assert_eq!(response.status(), 200);
    let calls = stubs.recording.take();
    assert_eq!(calls.first().map(|recorded| recorded.call.service), Some(Service::OpenSearch));
}

#[test]
fn a_call_is_held_for_the_latency_of_its_service() {
    const HOLD: Duration = Duration::from_millis(20);
    let latency = |service| if service == Service::DynamoDb { HOLD } else { Duration::ZERO };
    let stubs = Stubs::start(&template(), latency).unwrap();
    call_aws(&stubs, "DynamoDB_20120810.GetItem", &get()).unwrap();
    let calls = stubs.recording.take();
    assert!(calls[0].replied - calls[0].arrived >= HOLD);
}

#[test]
fn a_lost_reply_ends_the_connection() {
    let stubs = stubs();
    stubs.aws.plan_faults(|_| Some(Fault::ReplyLost));
    call_aws(&stubs, "DynamoDB_20120810.GetItem", &get()).unwrap_err();
    assert_eq!(stubs.recording.take().len(), 1);
}

#[test]
fn an_unknown_operation_is_refused() {
    let (status, body) = call_aws(&stubs(), "DynamoDB_20120810.CreateBackup", &get()).unwrap();
    assert_eq!((status, &body["__type"]), (400, &json!("ValidationException")));
}

#[test]
fn the_recording_says_which_permissions_a_caller_needs() {
    let stubs = stubs();
    let put =
        |table: &str, key: &str| json!({ "Put": { "TableName": table, "Item": { key: { "S": "a" } } } });
    let check = json!({ "ConditionCheck": {
        "TableName": "Chats", "Key": { "application": { "S": "a" }, "number": { "N": "1" } },
        "ConditionExpression": "attribute_not_exists(number)",
    } });
    let queue = "http://127.0.0.1/123456789012/Writes";
    for (target, input) in [
        ("DynamoDB_20120810.GetItem", get()),
        ("DynamoDB_20120810.GetItem", get()),
        ("DynamoDB_20120810.Query", json!({ "TableName": "Applications", "IndexName": "by-creation-time" })),
        (
            "DynamoDB_20120810.TransactWriteItems",
            json!({ "TransactItems": [put("Applications", "id"), put("Counters", "id"), check] }),
        ),
        (
            "DynamoDB_20120810.BatchWriteItem",
            json!({ "RequestItems": { "Messages": [{ "DeleteRequest": { "Key": { "chat": { "S": "a" } } } }] } }),
        ),
        (
            "DynamoDB_20120810.BatchGetItem",
            json!({ "RequestItems": { "Applications": { "Keys": [{ "id": { "S": "a" } }] } } }),
        ),
        ("AmazonSQS.SendMessage", json!({ "QueueUrl": queue, "MessageBody": "b" })),
        ("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": queue, "Entries": [] })),
    ] {
        call_aws(&stubs, target, &input).unwrap();
    }
    let needed = [
        ("dynamodb:BatchGetItem", "Applications"),
        ("dynamodb:BatchWriteItem", "Messages"),
        ("dynamodb:ConditionCheckItem", "Chats"),
        ("dynamodb:GetItem", "Counters"),
        ("dynamodb:PutItem", "Applications"),
        ("dynamodb:PutItem", "Counters"),
        ("dynamodb:Query", "Applications/index/by-creation-time"),
        ("sqs:SendMessage", "Writes"),
    ];
    let needed: BTreeSet<_> = needed
        .map(|(action, resource)| {
            ("read".to_owned(), Permission { action: action.to_owned(), resource: resource.to_owned() })
        })
        .into();
    assert_eq!(stubs.recording.permissions(), needed);
}

#[test]
fn a_function_gets_the_variables_of_the_template() {
    let stubs = stubs();
    for function in &template().functions {
        let variables = stubs.variables(&function.name).unwrap();
        assert!(function.variables.keys().all(|name| variables.contains_key(name)), "{}", function.name);
    }
    let variables = stubs.variables("persist").unwrap();
    assert_eq!(variables["AWS_ACCESS_KEY_ID"], "persist");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512");
    assert_eq!(variables["CHATS_TABLE"], "Chats");
    assert_eq!(variables["OPENSEARCH_ENDPOINT"], stubs.opensearch_url());
    assert_eq!(variables["SOURCE_QUEUE_URL"], format!("{}/123456789012/Writes", stubs.aws_url()));
    assert_eq!(variables["CORS_ALLOWED_ORIGIN"], "");
    assert_eq!((&*variables["STACK_NAME"], &*variables["LOG_LEVEL"]), ("chatlog", "WARN"));
    assert_eq!(stubs.variables("read").unwrap()["TOKEN_SIGNING_KEYS"], SIGNING_KEY);
}

#[test]
fn a_function_that_is_not_in_the_template_gets_lambdas_own_variables() {
    let variables = stubs().variables("hello-world").unwrap();
    assert!(variables.contains_key("AWS_LAMBDA_FUNCTION_NAME"));
    assert!(!variables.contains_key("COUNTERS_TABLE"));
}
