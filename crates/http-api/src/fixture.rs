//! Requests for tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this"
)]

use std::fmt;

use access_tokens::SigningKeys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use conversation::ports::ReadTokenVersions;
use conversation::{ApplicationId, TokenVersion};
use function_environment::Variables;
use serde_json::{Map, Value, json};

use crate::{Access, ApiRequest, Authenticator, Endpoint, respond};

/// A POST as API Gateway sends it to a function of a REST API with `BinaryMediaTypes: */*`. Its ids are made up.
pub(crate) const EVENT: &str = include_str!("../fixtures/api-event.json");

/// A key that signs tokens.
pub const SIGNING_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Admin keys that no test has.
pub const CLOSED: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// [`SIGNING_KEY`], as the functions read it.
#[must_use]
pub fn signing_keys() -> SigningKeys {
    SigningKeys::from_variables(&Variables::from_iter([("TOKEN_SIGNING_KEYS", SIGNING_KEY)])).unwrap()
}

/// The functions' authenticator, with [`signing_keys`] and these admin keys: `open` or SHA-256 digests.
#[must_use]
pub fn authenticator(admin_key_sha256: &str) -> Authenticator {
    let variables = [("TOKEN_SIGNING_KEYS", SIGNING_KEY), ("ADMIN_KEY_SHA256", admin_key_sha256)];
    Authenticator::from_variables(&Variables::from_iter(variables)).unwrap()
}

/// Access with [`signing_keys`] and no admin key.
#[must_use]
pub fn access<Versions: ReadTokenVersions>(versions: Versions) -> Access<Versions> {
    Access::new(authenticator("open"), versions)
}

/// The token of this version, as a client sends it.
#[must_use]
pub fn token(application: &ApplicationId, version: u32) -> String {
    signing_keys().issue(application, TokenVersion::new(version)).expose().to_owned()
}

/// An event of API Gateway: a real one, with the parts replaced that a test is about.
#[derive(Debug, Clone)]
pub struct Event(pub(crate) Value);

impl Event {
    /// A request to a route, such as `POST /applications/{token}`, without query, credentials and body. `parameters` are
    /// the values of the names in braces.
    #[must_use]
    pub fn new(route: &str, parameters: &[(&str, &str)]) -> Self {
        let (method, resource) = route.split_once(' ').unwrap();
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        for headers in ["headers", "multiValueHeaders"] {
            let headers = event[headers].as_object_mut().unwrap();
            headers.retain(|name, _| name != "Authorization" && name != "Content-Type");
        }
        event["resource"] = json!(resource);
        event["httpMethod"] = json!(method);
        event["requestContext"]["resourcePath"] = json!(resource);
        event["requestContext"]["httpMethod"] = json!(method);
        event["pathParameters"] = object(parameters.iter().map(|(name, value)| (*name, json!(value))));
        event["body"] = Value::Null;
        event["isBase64Encoded"] = json!(false);
        let path = parameters
            .iter()
            .fold(resource.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        Self(event).path(&path)
    }

    /// The same request with another path.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.0["path"] = json!(path);
        self.0["requestContext"]["path"] = json!(format!("/v1{path}"));
        self
    }

    /// The same request with this query. A name may be repeated.
    #[must_use]
    pub fn query(mut self, parameters: &[(&str, &str)]) -> Self {
        let values = |name: &str| -> Vec<&str> {
            parameters.iter().filter(|other| other.0 == name).map(|(_, value)| *value).collect()
        };
        // API Gateway puts the last value here, and all of them there.
        self.0["queryStringParameters"] =
            object(parameters.iter().map(|(name, value)| (*name, json!(value))));
        self.0["multiValueQueryStringParameters"] =
            object(parameters.iter().map(|(name, _)| (*name, json!(values(name)))));
        self
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self.0["multiValueHeaders"][name] = json!([value]);
        self
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let mut event = self.header("Content-Type", "application/json");
        event.0["body"] = json!(STANDARD.encode(body.to_string()));
        event.0["isBase64Encoded"] = json!(true);
        event
    }
}

/// `null` if there are no members, as API Gateway does.
fn object<'a>(members: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let members: Map<String, Value> = members.map(|(name, value)| (name.to_owned(), value)).collect();
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

/// The JSON of the event.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Event> for lambda_http::Request {
    fn from(event: Event) -> Self {
        lambda_http::request::from_str(&event.to_string()).unwrap()
    }
}

impl From<Event> for ApiRequest {
    fn from(event: Event) -> Self {
        lambda_http::Request::from(event).into()
    }
}

/// The status and the JSON body of an endpoint's response, without CORS; `null` if there is no body.
pub async fn send(endpoint: &impl Endpoint, event: Event) -> (u16, Value) {
    let response = respond(endpoint, None, event.into()).await;
    let body = response.body();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() };
    (response.status().as_u16(), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_can_rebuild_the_real_event() {
        let parameters = [("token", "7TzRc9XkQ2mVb4NwL8sPfH3yJ6dKaG5u"), ("chat", "1")];
        let event = Event::new("POST /applications/{token}/chats/{chat}/messages", &parameters)
            .header("Authorization", "Bearer swordfish")
            .json(&json!({ "body": "hi" }));
        let real: Value = serde_json::from_str(EVENT).unwrap();
        assert_eq!(event.0, real);
    }
}
