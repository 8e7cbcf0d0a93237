//! What API Gateway and SQS send to the functions: real events, with what matters filled in.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::aws::Sent;
use crate::environment::ADMIN_KEY;

/// A POST as API Gateway hands it to a function of a REST API with `BinaryMediaTypes: */*`.
const API_EVENT: &str = include_str!("../fixtures/api-event.json");
/// One record of a FIFO queue.
const QUEUE_RECORD: &str = include_str!("../fixtures/queue-record.json");

/// A request to `route`, such as `POST /applications/{token}/chats`; `path` gives the values in braces.
pub(crate) fn request(
    route: &str,
    path: &[(&str, &str)],
    query: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<String> {
    let mut event: Value = serde_json::from_str(API_EVENT)?;
    let (method, resource) = route.split_once(' ').context("a route is a method and a path")?;
    let real = path
        .iter()
        .fold(resource.to_owned(), |real, (name, value)| real.replace(&format!("{{{name}}}"), value));
    let texts = |pairs: &[(&str, &str)]| -> Map<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
    };
    let lists: Map<String, Value> =
        query.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    let or_null = |map: Map<String, Value>| if map.is_empty() { Value::Null } else { Value::Object(map) };
    let authorization = format!("Bearer {ADMIN_KEY}");
    let body = body.map(|body| STANDARD.encode(body.to_string()));
    for (place, value) in [
        ("/resource", json!(resource)),
        ("/path", json!(real)),
        ("/httpMethod", json!(method)),
        ("/headers/Authorization", json!(authorization)),
        ("/multiValueHeaders/Authorization", json!([authorization])),
        ("/pathParameters", or_null(texts(path))),
        ("/queryStringParameters", or_null(texts(query))),
        ("/multiValueQueryStringParameters", or_null(lists)),
        ("/requestContext/resourcePath", json!(resource)),
        ("/requestContext/httpMethod", json!(method)),
        ("/requestContext/path", json!(format!("/v1{real}"))),
        ("/isBase64Encoded", json!(body.is_some())),
        ("/body", json!(body)),
    ] {
        *event.pointer_mut(place).with_context(|| format!("the event has no {place}"))? = value;
    }
    Ok(event.to_string())
}

/// The same request under an `Idempotency-Key`.
pub(crate) fn keyed(request: &str, key: &str) -> Result<String> {
    let mut event: Value = serde_json::from_str(request)?;
    for (headers, value) in [("headers", json!(key)), ("multiValueHeaders", json!([key]))] {
        let headers = event.get_mut(headers).and_then(Value::as_object_mut);
        headers.context("an event without headers")?.insert("Idempotency-Key".to_owned(), value);
    }
    Ok(event.to_string())
}

/// A batch of what was sent to a queue.
pub(crate) fn batch(sent: &[Sent]) -> Result<String> {
    let records = sent.iter().enumerate().map(|(place, sent)| {
        let mut record: Value = serde_json::from_str(QUEUE_RECORD)?;
        for (member, value) in [
            ("/messageId", json!(format!("059f36b4-87a3-44ab-83d2-{place:012}"))),
            ("/body", json!(sent.body)),
            ("/attributes/MessageGroupId", json!(sent.group)),
        ] {
            *record.pointer_mut(member).with_context(|| format!("the record has no {member}"))? = value;
        }
        Ok(record)
    });
    let records = records.collect::<Result<Vec<_>>>()?;
    Ok(json!({ "Records": records }).to_string())
}

/// The body of the HTTP answer that a function gave.
pub(crate) fn body(answer: &str) -> Result<Value> {
    let answer: Value = serde_json::from_str(answer)?;
    let text = answer.get("body").and_then(Value::as_str).context("an answer without a body")?;
    Ok(serde_json::from_str(text)?)
}

pub(crate) fn status(answer: &str) -> Result<u64> {
    let answer: Value = serde_json::from_str(answer)?;
    answer.get("statusCode").and_then(Value::as_u64).context("an answer without a status")
}
