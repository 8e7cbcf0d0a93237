use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::{ApiProblem, ApiRequest, Code};

const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";

/// What a function replies to a request.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Body,
    /// The code of the problem, if it is one.
    pub(crate) code: Option<Code>,
    headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, body: Body::Empty, code: None, headers: Vec::new() }
    }

    pub(crate) fn with_body(self, media_type: &str, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }.with_header(CONTENT_TYPE, media_type)
    }

    fn with_json(self, media_type: &str, body: &impl Serialize) -> Self {
        // Representations consist of text, numbers and lists, which always have a JSON form.
        self.with_body(media_type, serde_json::to_string(body).unwrap_or_default())
    }

    /// 200 with a JSON text.
    pub(crate) fn json_text(text: String) -> Self {
        Self::empty(StatusCode::OK).with_body(JSON, text)
    }

    /// The problem as `application/problem+json` (RFC 9457).
    pub(crate) fn problem(problem: &ApiProblem, request_id: &str) -> Self {
        let reply = Self::empty(problem.code.status()).with_json(PROBLEM_JSON, &problem.document(request_id));
        let reply = Self { code: Some(problem.code), ..reply };
        match &problem.header {
            Some((name, value)) => reply.with_header(name.clone(), value.as_ref()),
            None => reply,
        }
    }

    /// 204, without a body.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// 308, a permanent redirect. `location` is relative to the request.
    #[must_use]
    pub fn moved(location: &str) -> Self {
        Self::empty(StatusCode::PERMANENT_REDIRECT).with_header(LOCATION, location)
    }

    /// 200 with one representation.
    #[must_use]
    pub fn ok(representation: &impl Serialize) -> Self {
        Self::empty(StatusCode::OK).with_json(JSON, representation)
    }

    /// 201 with the representation of what was created, and its location.
    ///
    /// The location is `{collection}/{name}` relative to the request, so it is right behind any stage, domain and base
    /// path.
    #[must_use]
    pub fn created(
        request: &ApiRequest,
        collection: &str,
        name: &str,
        representation: &impl Serialize,
    ) -> Self {
        // A slash at the end is the same route, but one more level.
        let slashes = request.path.len() - request.path.trim_end_matches('/').len();
        let up = "../".repeat(slashes);
        Self::created_here(representation).with_header(LOCATION, format!("{up}{collection}/{name}"))
    }

    /// 201 with the representation of what was created, which has no location of its own.
    #[must_use]
    pub fn created_here(representation: &impl Serialize) -> Self {
        Self::empty(StatusCode::CREATED).with_json(JSON, representation)
    }

    /// The reply with one more header. A value that no header can have is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[cfg(test)]
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    /// The response for the Lambda runtime. It is not cached, unless a header says otherwise.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // Most replies are outdated soon, and their addresses contain tokens.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
    use serde_json::{Value, json};

    use super::*;
    use crate::FieldError;

    fn document(problem: &ApiProblem) -> (u16, Value) {
        let reply = Reply::problem(problem, "r-1");
        assert_eq!(reply.header(&CONTENT_TYPE), Some("application/problem+json"));
        (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn a_problem_has_every_member_of_the_contract() {
        let problem = ApiProblem::invalid_field(FieldError::new("name", "must not be blank"));
        assert_eq!(
            document(&problem),
            (
                422,
                json!({
                    "type": "urn:chatlog:problem:invalid_fields",
                    "title": "A field is invalid",
                    "status": 422,
                    "detail": "name must not be blank.",
                    "code": "invalid_fields",
                    "errors": [{"field": "name", "message": "must not be blank"}],
                    "request_id": "r-1",
                })
            )
        );
    }

    #[test]
    fn every_problem_shows_its_status_and_code() {
        for code in Code::ALL {
            let (status, document) = document(&(*code).into());
            assert_eq!(status, code.status().as_u16());
            assert_eq!(document["status"], status);
            assert_eq!(document["code"], code.as_str());
        }
    }

    #[test]
    fn a_method_not_allowed_names_the_allowed_ones() {
        let problem = ApiProblem::method_not_allowed("GET, POST");
        assert_eq!(Reply::problem(&problem, "r-1").header(&ALLOW), Some("GET, POST"));
        let (status, document) = document(&problem);
        assert_eq!(status, 405);
        assert_eq!(document["code"], "method_not_allowed");
        assert_eq!(document["detail"], "This path supports GET, POST.");
        assert_eq!(document["request_id"], "r-1");
    }

    #[test]
    fn an_unknown_route_gets_the_problem_that_the_gateway_sends() {
        assert_eq!(
            document(&Code::RouteNotFound.into()).1,
            json!({
                "type": "urn:chatlog:problem:route_not_found",
                "title": "No such route",
                "status": 404,
                "detail": "No route matches this path.",
                "code": "route_not_found",
                "request_id": "r-1",
            })
        );
    }

    #[test]
    fn a_passing_problem_says_when_to_try_again() {
        for code in [Code::NotStoredYet, Code::TemporarilyUnavailable, Code::IdempotencyKeyInUse] {
            assert_eq!(Reply::problem(&code.into(), "").header(&RETRY_AFTER), Some("1"));
        }
        let refused = Reply::problem(&Code::AdminKeyRequired.into(), "");
        assert_eq!(refused.header(&WWW_AUTHENTICATE), Some("Bearer"));
    }

    #[test]
    fn a_location_resolves_against_the_request() {
        let location = |path: &str| {
            let request = ApiRequest { path: path.to_owned(), ..ApiRequest::default() };
            Reply::created(&request, "chats", "7", &()).header(&LOCATION).map(str::to_owned)
        };
        assert_eq!(location("/applications/t/chats").as_deref(), Some("chats/7"));
        assert_eq!(location("/applications/t/chats/").as_deref(), Some("../chats/7"));
        assert_eq!(location("/applications/t/chats//").as_deref(), Some("../../chats/7"));
    }
}
