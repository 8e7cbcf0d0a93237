use http::header::{HeaderName, HeaderValue};

use super::*;

/// The application of a token in the header, which does not matter here.
const APPLICATION: &str = "/applications/self";

struct Received {
    status: u16,
    headers: HeaderMap,
    content: String,
}

impl Received {
    fn new(status: u16, headers: &[(&'static str, &str)], content: &str) -> Self {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Self { status, headers: headers.iter().map(header).collect(), content: content.to_owned() }
    }

    fn problem(status: u16, code: &str) -> Self {
        let problem = json!({
            "type": format!("urn:chatlog:problem:{code}"),
            "title": "t",
            "status": status,
            "detail": "d",
            "code": code,
            "request_id": "r",
        });
        Self::new(status, &[("content-type", "application/problem+json")], &problem.to_string())
    }

    fn check(&self, method: &Method, path: &str) -> Result<(), String> {
        let status = self.status.try_into().unwrap();
        Response { status, headers: &self.headers, content: &self.content }.check(method, path)
    }
}

fn chat() -> Value {
    let time = "2026-01-05T09:31:12.480Z";
    json!({ "number": 1, "messages_count": 0, "created_at": time, "updated_at": time })
}

fn check_created(location: &str, chat: &Value) -> Result<(), String> {
    let headers = [("content-type", "application/json"), ("location", location)];
    Received::new(201, &headers, &chat.to_string()).check(&Method::POST, &format!("{APPLICATION}/chats"))
}

#[test]
fn described_responses_pass() {
    check_created("chats/1", &chat()).unwrap();
    Received::problem(404, "application_not_found").check(&Method::GET, &format!("{APPLICATION}/")).unwrap();
    Received::problem(404, "route_not_found").check(&Method::GET, "/nothing?q=/").unwrap();
    // Without WWW-Authenticate, which API Gateway may rename.
    Received::problem(401, "token_revoked").check(&Method::GET, APPLICATION).unwrap();
    let hits = Received::new(200, &[("content-type", "application/json")], "[]");
    hits.check(&Method::GET, &format!("{APPLICATION}/chats/1/messages/search?q=x")).unwrap();
    Received::new(204, &[], "").check(&Method::DELETE, &format!("{APPLICATION}/chats/1")).unwrap();
}

#[test]
fn the_error_names_an_undescribed_value() {
    let mut zeroth = chat();
    zeroth["number"] = json!(0);
    assert!(check_created("chats/1", &zeroth).unwrap_err().contains("/number"));
    let mut larger = chat();
    larger["id"] = json!(7);
    assert!(check_created("chats/1", &larger).unwrap_err().contains("'id'"));
}

#[test]
fn the_error_names_a_missing_or_wrong_header() {
    let error = check_created("/v1/chats/1", &chat()).unwrap_err();
    assert!(error.starts_with("header Location"), "{error}");
    let without = Received::new(201, &[("content-type", "application/json")], &chat().to_string());
    let error = without.check(&Method::POST, &format!("{APPLICATION}/chats")).unwrap_err();
    assert_eq!(error, "the header Location is missing");
}

#[test]
fn a_status_code_or_media_type_of_another_operation_fails() {
    let error =
        Received::problem(415, "unsupported_media_type").check(&Method::GET, APPLICATION).unwrap_err();
    assert!(error.contains("415"), "{error}");
    Received::problem(404, "message_not_found").check(&Method::GET, APPLICATION).unwrap_err();
    let text = Received::new(404, &[("content-type", "text/plain")], "no");
    text.check(&Method::GET, APPLICATION).unwrap_err();
    let content = Received::new(204, &[], "no");
    content.check(&Method::DELETE, &format!("{APPLICATION}/chats/1")).unwrap_err();
}

#[test]
fn unknown_paths_and_methods_have_their_own_responses() {
    Received::problem(405, "method_not_allowed").check(&Method::GET, "/nothing").unwrap_err();
    Received::problem(404, "route_not_found").check(&Method::POST, APPLICATION).unwrap_err();
    let mut not_allowed = Received::problem(405, "method_not_allowed");
    not_allowed.check(&Method::POST, APPLICATION).unwrap_err();
    not_allowed.headers.insert("allow", "DELETE, GET, PATCH, PUT".parse().unwrap());
    not_allowed.check(&Method::POST, APPLICATION).unwrap();
}
