//! What API Gateway and SQS send to the functions.

use anyhow::{Context, Result};
use http_api::fixture::Event;
use serde_json::{Value, json};
use simulated_aws::{ADMIN_KEY, SentMessage};

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
pub(crate) struct Place {
    pub(crate) token: String,
    pub(crate) chat: String,
    pub(crate) message: String,
    pub(crate) asset: &'static str,
}

impl Place {
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
    place: &Place,
    query: &[(&str, &str)],
    body: Option<&Value>,
) -> Event {
    let mut parameters = vec![
        ("token", place.token.as_str()),
        ("chat", &place.chat),
        ("message", &place.message),
        ("asset", place.asset),
    ];
    parameters.retain(|(name, _)| route.contains(&format!("{{{name}}}")));
    let event = Event::new(&format!("{method} {route}"), &parameters).query(query);
    let event = event.header("Authorization", &format!("Bearer {ADMIN_KEY}"));
    body.map_or(event.clone(), |body| event.json(body))
}

/// A batch of what was sent to a queue.
pub(crate) fn batch(sent: &[SentMessage]) -> Result<String> {
    let event: Value = serde_json::from_str(QUEUE_EVENT)?;
    let pattern = event.pointer("/Records/0").context("an event without records")?;
    let records = sent.iter().map(|message| {
        let mut record = pattern.clone();
        for (member, value) in [
            ("/messageId", &message.id),
            ("/body", &message.body),
            ("/attributes/MessageGroupId", &message.group),
        ] {
            *record.pointer_mut(member).with_context(|| format!("the record has no {member}"))? =
                json!(value);
        }
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

    fn place() -> Place {
        Place { token: "t".to_owned(), chat: "2".to_owned(), ..Place::default() }
    }

    #[test]
    fn a_request_has_the_parameters_of_its_route() {
        let event = request("GET", MESSAGES, &place(), &[("limit", "3")], None).to_string();
        let event: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(event["path"], "/applications/t/chats/2/messages");
        assert_eq!(event["pathParameters"], json!({ "token": "t", "chat": "2" }));
        assert_eq!(event["queryStringParameters"], json!({ "limit": "3" }));
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
