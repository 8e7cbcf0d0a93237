//! What API Gateway and SQS send to the functions.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use simulated_aws::{ADMIN_KEY, SentMessage};

/// A POST that API Gateway sends. `http_api::fixture::Event` would bring the AWS SDK along.
const API_EVENT: &str = include_str!("../../crates/http-api/fixtures/api-event.json");
/// Records of a FIFO queue.
const QUEUE_EVENT: &str = include_str!("../../crates/sqs-queues/fixtures/fifo-event.json");

pub(crate) const APPLICATIONS: &str = "/applications";
pub(crate) const APPLICATION: &str = "/applications/{token}";
pub(crate) const CHATS: &str = "/applications/{token}/chats";
pub(crate) const CHAT: &str = "/applications/{token}/chats/{chat}";
pub(crate) const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";
pub(crate) const MESSAGE: &str = "/applications/{token}/chats/{chat}/messages/{message}";
pub(crate) const SEARCH: &str = "/applications/{token}/chats/{chat}/messages/search";
pub(crate) const DOCS: &str = "/docs/{asset}";

/// Values for the path parameters of a route.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathParameters {
    pub(crate) token: String,
    pub(crate) chat: String,
    pub(crate) message: String,
    pub(crate) asset: &'static str,
}

impl PathParameters {
    pub(crate) fn message(&self, number: usize) -> Self {
        Self { message: number.to_string(), ..self.clone() }
    }

    pub(crate) fn chat(&self, number: usize) -> Self {
        Self { chat: number.to_string(), ..self.clone() }
    }
}

/// A request of the administrator.
pub(crate) fn request(
    method: &str,
    route: &str,
    values: &PathParameters,
    query: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Value> {
    let mut parameters = vec![
        ("token", values.token.as_str()),
        ("chat", &values.chat),
        ("message", &values.message),
        ("asset", values.asset),
    ];
    parameters.retain(|(name, _)| route.contains(&format!("{{{name}}}")));
    let path = parameters
        .iter()
        .fold(route.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    let mut event: Value = serde_json::from_str(API_EVENT)?;
    for (member, value) in [
        ("/resource", json!(route)),
        ("/path", json!(path)),
        ("/httpMethod", json!(method)),
        ("/pathParameters", object(&parameters, |value| json!(value))),
        ("/queryStringParameters", object(query, |value| json!(value))),
        ("/multiValueQueryStringParameters", object(query, |value| json!([value]))),
        ("/requestContext/resourcePath", json!(route)),
        ("/requestContext/httpMethod", json!(method)),
        ("/requestContext/path", json!(format!("/v1{path}"))),
        ("/isBase64Encoded", json!(body.is_some())),
        ("/body", json!(body.map(|body| STANDARD.encode(body.to_string())))),
    ] {
        set(&mut event, member, value)?;
    }
    with_header(event, "Authorization", &format!("Bearer {ADMIN_KEY}"))
}

/// The same request with one more header.
pub(crate) fn with_header(mut event: Value, name: &str, value: &str) -> Result<Value> {
    for (headers, value) in [("headers", json!(value)), ("multiValueHeaders", json!([value]))] {
        let headers = event.get_mut(headers).and_then(Value::as_object_mut);
        headers.context("an event without headers")?.insert(name.to_owned(), value);
    }
    Ok(event)
}

/// `null` if there are no members, as API Gateway does.
fn object(members: &[(&str, &str)], form: impl Fn(&str) -> Value) -> Value {
    let members: Map<String, Value> =
        members.iter().map(|(name, value)| ((*name).to_owned(), form(value))).collect();
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

fn set(event: &mut Value, member: &str, value: Value) -> Result<()> {
    *event.pointer_mut(member).with_context(|| format!("the event has no {member}"))? = value;
    Ok(())
}

/// A batch of what was sent to a queue.
pub(crate) fn batch(sent: &[SentMessage]) -> Result<String> {
    let event: Value = serde_json::from_str(QUEUE_EVENT)?;
    let pattern = event.pointer("/Records/0").context("an event without records")?;
    let records = sent.iter().map(|message| {
        let mut record = pattern.clone();
        set(&mut record, "/messageId", json!(message.id))?;
        set(&mut record, "/body", json!(message.body))?;
        set(&mut record, "/attributes/MessageGroupId", json!(message.group))?;
        Ok(record)
    });
    let records = records.collect::<Result<Vec<_>>>()?;
    Ok(json!({ "Records": records }).to_string())
}

/// The status and the body of the HTTP response of a function.
pub(crate) fn response(text: &str) -> Result<(u64, Value)> {
    let response: Value = serde_json::from_str(text)?;
    let status = response.get("statusCode").and_then(Value::as_u64).context("a response without a status")?;
    let body = response.get("body").and_then(Value::as_str).unwrap_or_default();
    // Not every body is JSON.
    Ok((status, serde_json::from_str(body).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> PathParameters {
        PathParameters { token: "t".to_owned(), chat: "2".to_owned(), ..PathParameters::default() }
    }

    #[test]
    fn a_request_has_the_parameters_of_its_route() {
        let event = request("GET", MESSAGES, &values(), &[("limit", "3")], None).unwrap();
        assert_eq!(event["path"], "/applications/t/chats/2/messages");
        assert_eq!(event["pathParameters"], json!({ "token": "t", "chat": "2" }));
        assert_eq!(event["queryStringParameters"], json!({ "limit": "3" }));
        assert_eq!(event["multiValueQueryStringParameters"], json!({ "limit": ["3"] }));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&Value::Null, &json!(false)));
        let event = request("GET", APPLICATIONS, &values(), &[], None).unwrap();
        assert_eq!((&event["pathParameters"], &event["queryStringParameters"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_body_is_in_base64_and_headers_are_in_both_places() {
        let event = request("POST", CHATS, &values(), &[], Some(&json!({}))).unwrap();
        let event = with_header(event, "Idempotency-Key", "k").unwrap();
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("e30="), &json!(true)));
        assert_eq!(event["headers"]["Idempotency-Key"], "k");
        assert_eq!(event["multiValueHeaders"]["Idempotency-Key"], json!(["k"]));
        assert_eq!(event["headers"]["Authorization"], "Bearer swordfish");
    }

    #[test]
    fn a_batch_has_a_record_for_each_message() {
        let message = |id: &str| SentMessage {
            id: id.to_owned(),
            group: "g".to_owned(),
            deduplication_id: id.to_owned(),
            body: format!("body {id}"),
            attributes: std::collections::BTreeMap::new(),
        };
        let event: Value = serde_json::from_str(&batch(&[message("1"), message("2")]).unwrap()).unwrap();
        let records = event["Records"].as_array().unwrap();
        let bodies: Vec<&Value> = records.iter().map(|record| &record["body"]).collect();
        assert_eq!(bodies, ["body 1", "body 2"]);
        assert_eq!(records[1]["messageId"], "2");
        assert_eq!(records[0]["attributes"]["MessageGroupId"], "g");
    }

    #[test]
    fn a_response_may_have_a_body_that_is_not_json() {
        let created = json!({ "statusCode": 201, "body": "{\"number\":1}" }).to_string();
        assert_eq!(response(&created).unwrap(), (201, json!({ "number": 1 })));
        assert_eq!(response("{\"statusCode\":204,\"body\":\"\"}").unwrap(), (204, Value::Null));
        response("{}").unwrap_err();
    }
}
