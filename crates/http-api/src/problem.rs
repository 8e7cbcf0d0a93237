use conversation::{FieldError, Problem};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use crate::ApiRequest;
use crate::reply::{PROBLEM_JSON, Reply};

/// What a problem is in HTTP.
struct Form {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    header: Option<(HeaderName, &'static str)>,
}

impl Form {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), errors: Vec::new(), header: None }
    }

    fn with_errors(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    fn with_header(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    fn reply(self, request_id: &str) -> Reply {
        let document = Document {
            r#type: format!("urn:chatlog:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            errors: self
                .errors
                .iter()
                .map(|error| DocumentError { field: error.field, message: &error.message })
                .collect(),
            request_id,
        };
        let mut reply = Reply::json(self.status, PROBLEM_JSON, &document);
        reply.code = Some(self.code);
        if let Some((name, value)) = self.header {
            reply = reply.with_header(name, value.to_owned());
        }
        reply
    }
}

fn form(problem: Problem) -> Form {
    match problem {
        Problem::MalformedJson { detail } => {
            Form::new(StatusCode::BAD_REQUEST, "malformed_json", "The JSON cannot be read", detail)
        }
        Problem::MalformedParameter { errors } => {
            let detail = sentence(&errors);
            Form::new(StatusCode::BAD_REQUEST, "malformed_parameter", "A parameter is malformed", detail)
                .with_errors(errors)
        }
        Problem::AdminKeyRequired => Form::new(
            StatusCode::UNAUTHORIZED,
            "admin_key_required",
            "The admin key is required",
            "Send the header \"Authorization: Bearer <admin key>\".",
        )
        .with_header(WWW_AUTHENTICATE, "Bearer"),
        Problem::ApplicationNotFound => Form::new(
            StatusCode::NOT_FOUND,
            "application_not_found",
            "No such application",
            "No application has this token.",
        ),
        Problem::ChatNotFound => Form::new(
            StatusCode::NOT_FOUND,
            "chat_not_found",
            "No such chat",
            "The application has no chat of this number.",
        ),
        Problem::MessageNotFound => Form::new(
            StatusCode::NOT_FOUND,
            "message_not_found",
            "No such message",
            "The chat has no message of this number.",
        ),
        Problem::NotStoredYet => Form::new(
            StatusCode::NOT_FOUND,
            "not_stored_yet",
            "Accepted, not stored yet",
            "The number was given out and what it names is being stored. Try again in a second.",
        )
        .with_header(RETRY_AFTER, "1"),
        Problem::IdempotencyKeyInUse => Form::new(
            StatusCode::CONFLICT,
            "idempotency_key_in_use",
            "The Idempotency-Key is in use",
            "A request under the same Idempotency-Key is still running. Send this one again in a second.",
        )
        .with_header(RETRY_AFTER, "1"),
        Problem::IdempotencyKeyReused => Form::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "The Idempotency-Key was used before",
            "The same Idempotency-Key came with another body before. Use a new one for each creation.",
        ),
        Problem::BodyTooLarge { errors } => {
            let detail = sentence(&errors);
            Form::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
                .with_errors(errors)
        }
        Problem::UnsupportedMediaType => Form::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The media type is not supported",
            "Send application/json or application/x-www-form-urlencoded, in UTF-8.",
        ),
        Problem::InvalidFields { errors } => {
            let detail = sentence(&errors);
            Form::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "A field is not valid", detail)
                .with_errors(errors)
        }
        Problem::Internal => Form::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side",
            "The request could not be answered. The request_id helps to find out why.",
        ),
        Problem::TemporarilyUnavailable => Form::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "Temporarily unavailable",
            "Nothing was changed. Try again in a moment.",
        )
        .with_header(RETRY_AFTER, "1"),
        Problem::OutcomeUnknown => Form::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "outcome_unknown",
            "The outcome is unknown",
            "It is not known whether the write was accepted. With the same Idempotency-Key it is safe to send it again; \
             without one, look first: it may appear twice.",
        ),
    }
}

/// "limit must be …; order must be …."
fn sentence(errors: &[FieldError]) -> String {
    let parts: Vec<String> =
        errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
    format!("{}.", parts.join("; "))
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<DocumentError<'a>>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct DocumentError<'a> {
    field: &'a str,
    message: &'a str,
}

/// The reply that tells a client of a problem: `application/problem+json` (RFC 9457).
pub(crate) fn reply(problem: Problem, request_id: &str) -> Reply {
    form(problem).reply(request_id)
}

/// 404 to a request for a path that leads to nothing.
#[must_use]
pub fn route_not_found(request: &ApiRequest) -> Reply {
    let detail = "No route has this path.";
    Form::new(StatusCode::NOT_FOUND, "route_not_found", "No such route", detail).reply(&request.request_id)
}

/// 405 to a request for a path that takes only the `allowed` methods, such as `GET, POST`.
#[must_use]
pub fn method_not_allowed(request: &ApiRequest, allowed: &str) -> Reply {
    let detail = format!("This path takes {allowed}.");
    Form::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed", detail)
        .reply(&request.request_id)
        .with_header(ALLOW, allowed.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(problem: Problem) -> (u16, Value) {
        let reply = reply(problem, "r-1");
        (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn a_problem_has_every_member_of_the_contract() {
        let errors = vec![FieldError::new("name", "must not be blank")];
        assert_eq!(
            document(Problem::InvalidFields { errors }),
            (
                422,
                json!({
                    "type": "urn:chatlog:problem:invalid_fields",
                    "title": "A field is not valid",
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
    fn every_problem_has_the_status_and_code_of_the_contract() {
        for (problem, status, code) in [
            (Problem::MalformedJson { detail: String::new() }, 400, "malformed_json"),
            (Problem::MalformedParameter { errors: vec![] }, 400, "malformed_parameter"),
            (Problem::AdminKeyRequired, 401, "admin_key_required"),
            (Problem::ApplicationNotFound, 404, "application_not_found"),
            (Problem::ChatNotFound, 404, "chat_not_found"),
            (Problem::MessageNotFound, 404, "message_not_found"),
            (Problem::NotStoredYet, 404, "not_stored_yet"),
            (Problem::IdempotencyKeyInUse, 409, "idempotency_key_in_use"),
            (Problem::IdempotencyKeyReused, 422, "idempotency_key_reused"),
            (Problem::BodyTooLarge { errors: vec![] }, 413, "body_too_large"),
            (Problem::UnsupportedMediaType, 415, "unsupported_media_type"),
            (Problem::Internal, 500, "internal_error"),
            (Problem::TemporarilyUnavailable, 503, "temporarily_unavailable"),
            (Problem::OutcomeUnknown, 503, "outcome_unknown"),
        ] {
            let (got, document) = document(problem);
            assert_eq!(
                (got, document["status"].as_u64(), document["code"].as_str()),
                (status, Some(status.into()), Some(code))
            );
        }
    }

    #[test]
    fn a_method_that_a_path_does_not_have_is_answered_with_those_it_has() {
        let request = ApiRequest { request_id: "r-1".to_owned(), ..ApiRequest::default() };
        let reply = method_not_allowed(&request, "GET, POST");
        assert_eq!(reply.status, 405);
        assert_eq!(reply.header(&ALLOW), Some("GET, POST"));
        let document: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(document["code"], "method_not_allowed");
        assert_eq!(document["detail"], "This path takes GET, POST.");
        assert_eq!(document["request_id"], "r-1");
    }

    #[test]
    fn a_path_that_leads_nowhere_is_answered_as_the_gateway_does() {
        let reply = route_not_found(&ApiRequest { request_id: "r-1".to_owned(), ..ApiRequest::default() });
        assert_eq!(
            serde_json::from_slice::<Value>(&reply.body).unwrap(),
            json!({
                "type": "urn:chatlog:problem:route_not_found",
                "title": "No such route",
                "status": 404,
                "detail": "No route has this path.",
                "code": "route_not_found",
                "request_id": "r-1",
            })
        );
    }

    #[test]
    fn what_may_pass_says_when_to_try_again() {
        for problem in [Problem::NotStoredYet, Problem::TemporarilyUnavailable, Problem::IdempotencyKeyInUse]
        {
            assert_eq!(reply(problem, "").header(&RETRY_AFTER), Some("1"));
        }
    }
}
