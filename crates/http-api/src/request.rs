use std::collections::HashMap;

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::Method;
use lambda_http::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};

/// A request: the parts that functions read.
#[derive(Debug, Clone, Default)]
pub struct ApiRequest {
    /// API Gateway's id of the request. Every problem shows it to the client.
    pub(crate) request_id: String,
    pub(crate) method: Method,
    pub(crate) route: String,
    pub(crate) path: String,
    pub(crate) path_parameters: HashMap<String, String>,
    pub(crate) query: HashMap<String, String>,
    pub(crate) content_type: Option<String>,
    pub(crate) authorization: Option<String>,
    /// In bytes: a key that is not ASCII must be refused, not ignored.
    pub(crate) idempotency_key: Option<Vec<u8>>,
    pub(crate) accept_encoding: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl From<Request> for ApiRequest {
    fn from(request: Request) -> Self {
        let header =
            |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let context = gateway_context(&request);
        Self {
            request_id: context.and_then(|context| context.request_id.clone()).unwrap_or_default(),
            route: context.and_then(|context| context.resource_path.clone()).unwrap_or_default(),
            method: request.method().clone(),
            path: request.raw_http_path().to_owned(),
            path_parameters: first_values(request.path_parameters_ref()),
            query: first_values(request.query_string_parameters_ref()),
            content_type: header(CONTENT_TYPE),
            authorization: header(AUTHORIZATION),
            idempotency_key: request.headers().get("idempotency-key").map(|key| key.as_bytes().to_vec()),
            accept_encoding: header(ACCEPT_ENCODING),
            if_none_match: header(IF_NONE_MATCH),
            body: match request.into_body() {
                Body::Text(text) => text.into_bytes(),
                Body::Binary(bytes) => bytes,
                _ => Vec::new(),
            },
        }
    }
}

/// What API Gateway says about a request.
pub(crate) fn gateway_context(request: &Request) -> Option<&ApiGatewayProxyRequestContext> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => Some(context),
        _ => None,
    }
}

/// If a parameter is repeated, its first value counts.
fn first_values(parameters: Option<&QueryMap>) -> HashMap<String, String> {
    let mut values = HashMap::new();
    for (name, value) in parameters.into_iter().flat_map(QueryMap::iter) {
        values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    values
}

impl ApiRequest {
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    #[must_use]
    pub fn is_options(&self) -> bool {
        self.method == Method::OPTIONS
    }

    /// The path of the route in template.yaml, such as `/applications/{token}`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The path as the client sent it, without the stage.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The credential in the header `Authorization: Bearer …`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, credential) = self.authorization.as_deref()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
    }

    /// A parameter of the path, as API Gateway passes it; empty if the route has no such parameter.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A parameter of the query, decoded by API Gateway. If it is repeated, the first value counts.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{EVENT, Event};

    const ROUTE: &str = "/applications/{token}/chats/{chat}/messages";
    const TOKEN: &str = "7TzRc9XkQ2mVb4NwL8sPfH3yJ6dKaG5u";

    /// The real event with `member` (a JSON pointer) replaced.
    fn request(member: &str, value: Value) -> ApiRequest {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        *event.pointer_mut(member).unwrap() = value;
        Event(event).into()
    }

    /// The real event with these headers only: each once with its last value, and with all its values.
    fn with_headers(single: Value, multiple: Value) -> ApiRequest {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["headers"] = single;
        event["multiValueHeaders"] = multiple;
        Event(event).into()
    }

    #[test]
    fn every_part_of_a_real_event_is_read() {
        let request = request("/queryStringParameters", Value::Null);
        assert_eq!(request.request_id, "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
        assert!(request.is_post() && !request.is_options());
        assert_eq!(request.route(), ROUTE);
        assert_eq!(request.path(), format!("/applications/{TOKEN}/chats/1/messages"));
        assert_eq!(request.path_parameter("token"), TOKEN);
        assert_eq!(request.path_parameter("chat"), "1");
        assert_eq!(request.query, HashMap::new());
        assert_eq!(request.content_type.as_deref(), Some("application/json"));
        assert_eq!(request.authorization.as_deref(), Some("Bearer swordfish"));
        assert_eq!(request.accept_encoding.as_deref(), Some("gzip, deflate, br"));
        assert_eq!(request.if_none_match, None);
        assert_eq!(request.idempotency_key, None);
        assert_eq!(request.body, br#"{"body":"hi"}"#);
    }

    #[test]
    fn a_body_is_text_or_base64_or_missing() {
        assert_eq!(request("/body", json!("/wA=")).body, [0xff, 0]);
        assert_eq!(request("/body", Value::Null).body, b"");
        let mut text: Value = serde_json::from_str(EVENT).unwrap();
        text["isBase64Encoded"] = json!(false);
        text["body"] = json!("/wA= 天");
        assert_eq!(ApiRequest::from(Event(text)).body, "/wA= 天".as_bytes());
    }

    #[test]
    fn the_first_value_of_a_repeated_parameter_counts() {
        let pairs = [("after", "2"), ("limit", "5"), ("after", "3")];
        let request = ApiRequest::from(Event::new("GET /applications", &[]).query(&pairs));
        assert_eq!(request.query("after"), Some("2"));
        assert_eq!(request.query("limit"), Some("5"));
        assert_eq!(request.query("order"), None);
    }

    #[test]
    fn query_parameters_are_not_decoded_again() {
        let request = ApiRequest::from(Event::new("GET /applications", &[]).query(&[("q", "a+b%20天")]));
        assert_eq!(request.query("q"), Some("a+b%20天"));
    }

    #[test]
    fn path_parameters_are_not_decoded_again() {
        let request = request("/pathParameters", json!({ "token": "%74+", "chat": "天" }));
        assert_eq!(request.path_parameter("token"), "%74+");
        assert_eq!(request.path_parameter("chat"), "天");
    }

    #[test]
    fn a_missing_path_parameter_is_empty() {
        assert_eq!(request("/pathParameters", Value::Null).path_parameter("token"), "");
        assert_eq!(request("/pathParameters", json!({})).path_parameter("token"), "");
    }

    #[test]
    fn a_request_without_headers_has_none() {
        for none in [Value::Null, json!({})] {
            let request = with_headers(none.clone(), none);
            let headers =
                [request.content_type, request.authorization, request.accept_encoding, request.if_none_match];
            assert_eq!(headers, [None, None, None, None]);
            assert_eq!(request.idempotency_key, None);
        }
    }

    #[test]
    fn header_names_are_case_insensitive() {
        let headers = json!({ "content-TYPE": "text/plain", "IF-NONE-MATCH": "*", "idempotency-key": "k" });
        let request = with_headers(headers, Value::Null);
        assert_eq!(request.content_type.as_deref(), Some("text/plain"));
        assert_eq!(request.if_none_match.as_deref(), Some("*"));
        assert_eq!(request.idempotency_key.as_deref(), Some(&b"k"[..]));
    }

    #[test]
    fn a_repeated_header_has_its_last_value() {
        let request = with_headers(
            json!({ "If-None-Match": "\"2\"" }),
            json!({ "If-None-Match": ["\"1\"", "\"2\""], "Content-Type": ["text/plain"] }),
        );
        assert_eq!(request.if_none_match.as_deref(), Some("\"2\""));
        assert_eq!(request.content_type.as_deref(), Some("text/plain"));
    }

    #[test]
    fn a_key_that_is_not_ascii_is_kept() {
        let request = with_headers(json!({ "Idempotency-Key": "schlüssel" }), Value::Null);
        assert_eq!(request.idempotency_key.as_deref(), Some("schlüssel".as_bytes()));
    }

    #[test]
    fn route_and_request_id_are_empty_if_the_gateway_sends_none() {
        assert_eq!(request("/requestContext/resourcePath", Value::Null).route(), "");
        assert_eq!(request("/requestContext/requestId", Value::Null).request_id, "");
    }

    #[test]
    fn the_path_does_not_include_the_stage() {
        assert_eq!(request("/path", json!("/docs/")).path(), "/docs/");
    }

    #[test]
    fn the_method_is_that_of_the_request() {
        let request = request("/httpMethod", json!("OPTIONS"));
        assert!(request.is_options() && !request.is_post());
    }
}
