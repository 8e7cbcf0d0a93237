//! The operations that Chatlog's functions call, with the tables and queues of the real template.

mod dynamodb;
mod faults;
mod opensearch;
mod sqs;
mod stubs;
mod units;

use crate::{Aws, Exchange, Reply};
use deployment_template::Template;
use serde_json::Value;

fn template() -> Template {
    Template::parse(include_str!("../../../../template.yaml")).unwrap()
}

fn aws() -> Aws {
    Aws::new(&template()).unwrap()
}

fn exchange(aws: &Aws, operation: &str, input: &Value) -> Exchange {
    let service = if operation.starts_with("SendMessage") { "AmazonSQS" } else { "DynamoDB_20120810" };
    aws.call("test", &format!("{service}.{operation}"), input.to_string().as_bytes()).unwrap()
}

fn reply(aws: &Aws, operation: &str, input: &Value) -> Reply {
    exchange(aws, operation, input).reply.unwrap()
}

/// The body of a successful reply.
fn ok(aws: &Aws, operation: &str, input: &Value) -> Value {
    let reply = reply(aws, operation, input);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// The kind of error, such as `ValidationException`, and the body of the reply.
fn error(aws: &Aws, operation: &str, input: &Value) -> (String, Value) {
    let reply = reply(aws, operation, input);
    assert_eq!(reply.status, 400, "{}", reply.body);
    let kind = reply.body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    (kind, reply.body)
}
