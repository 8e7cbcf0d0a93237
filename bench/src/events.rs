//! What API Gateway and SQS send to the functions.

use anyhow::{Context, Result};
use http_api::fixture::Event;
use serde_json::{Value, json};
use simulated_aws::{ADMIN_KEY, SentMessage};

/// Records of a FIFO queue.
const QUEUE_EVENT: &str = include_str!("../../crates/sqs-queues/fixtures/fifo-event.json");

pub(crate) const APPLICATIONS: &str = "/applications";
pub(crate) const APPLICATION: &str = "/applications/{token}";
pub(crate) const TOKEN: &str = "/applications/{token}/token";
pub(crate) const CHATS: &str = "/applications/{token}/chats";
pub(crate) const CHAT: &str = "/applications/{token}/chats/{chat}";
pub(crate) const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";
pub(crate) const MESSAGE: &str = "/applications/{token}/chats/{chat}/messages/{message}";
pub(crate) const SEARCH: &str = "/applications/{token}/chats/{chat}/messages/search";
pub(crate) const DOCS: &str = "/docs/{asset}";

/// What a request is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    /// The application's id.
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) chat: String,
    pub(crate) message: String,
    pub(crate) asset: &'static str,
}

impl Target {
    pub(crate) fn message(&self, number: usize) -> Self {
        Self { message: number.to_string(), ..self.clone() }
    }

    pub(crate) fn chat(&self, number: usize) -> Self {
        Self { chat: number.to_string(), ..self.clone() }
    }
}

/// A request with the tenant's token in the header. Operator's routes and rotations send the id and the admin key: a
/// rotation by token would revoke the token of the next request.
pub(crate) fn request(method: &str, route: &str, target: &Target, body: Option<&Value>) -> Event {
    let by_operator =
        matches!((method, route), (_, APPLICATIONS | TOKEN) | ("PATCH" | "DELETE", APPLICATION));
    let (application, secret) =
        if by_operator { (target.id.as_str(), ADMIN_KEY) } else { ("self", target.token.as_str()) };
    let mut parameters = vec![
        ("token", application),
        ("chat", &target.chat),
        ("message", &target.message),
        ("asset", target.asset),
    ];
    parameters.retain(|(name, _)| route.contains(&format!("{{{name}}}")));
    let event = Event::new(&format!("{method} {route}"), &parameters)
        .header("Authorization", &format!("Bearer {secret}"));
    match body {
        Some(body) => event.json(body),
        None => event,
    }
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
        // Without it, a record counts as sent when it arrives. The pattern's is years old, which would lengthen the log.
        record
            .pointer_mut("/attributes")
            .and_then(Value::as_object_mut)
            .map(|all| all.remove("SentTimestamp"));
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

    fn target() -> Target {
        Target { id: "i".to_owned(), token: "t".to_owned(), chat: "2".to_owned(), ..Target::default() }
    }

    fn parsed(event: &Event) -> Value {
        serde_json::from_str(&event.to_string()).unwrap()
    }

    #[test]
    fn a_request_has_the_parameters_of_its_route() {
        let event = parsed(&request("GET", MESSAGES, &target(), None).query(&[("limit", "3")]));
        assert_eq!(event["path"], "/applications/self/chats/2/messages");
        assert_eq!(event["pathParameters"], json!({ "token": "self", "chat": "2" }));
        assert_eq!(event["queryStringParameters"], json!({ "limit": "3" }));
        assert_eq!(event["multiValueQueryStringParameters"], json!({ "limit": ["3"] }));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&Value::Null, &json!(false)));
        let event = parsed(&request("GET", APPLICATIONS, &target(), None));
        assert_eq!((&event["pathParameters"], &event["queryStringParameters"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_body_is_in_base64_and_headers_are_in_both_places() {
        let event = request("POST", CHATS, &target(), Some(&json!({}))).header("Idempotency-Key", "k");
        let event = parsed(&event);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("e30="), &json!(true)));
        assert_eq!(event["headers"]["Idempotency-Key"], "k");
        assert_eq!(event["multiValueHeaders"]["Idempotency-Key"], json!(["k"]));
        assert_eq!(event["headers"]["Authorization"], "Bearer t");
    }

    #[test]
    fn the_operator_sends_the_id_and_the_admin_key() {
        for (method, route, application, secret) in [
            ("PATCH", APPLICATION, "i", ADMIN_KEY),
            ("DELETE", APPLICATION, "i", ADMIN_KEY),
            ("POST", TOKEN, "i", ADMIN_KEY),
            ("GET", APPLICATION, "self", "t"),
        ] {
            let event = parsed(&request(method, route, &target(), None));
            assert_eq!(event["pathParameters"]["token"], application, "{method} {route}");
            assert_eq!(event["headers"]["Authorization"], format!("Bearer {secret}"), "{method} {route}");
        }
        let event = parsed(&request("POST", APPLICATIONS, &target(), None));
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
