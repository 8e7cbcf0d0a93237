use std::borrow::Cow;

use conversation::Problem;
use lambda_http::http::header::{ALLOW, HeaderName};
use serde::Serialize;

use crate::Code;

/// An invalid field or parameter, and what it must be: "limit", "must be a whole number from 1 to 200".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The name of the field, parameter or header.
    pub field: &'static str,
    /// The rest of the sentence that begins with the name.
    pub message: String,
}

impl FieldError {
    /// An error of `field`; `message` completes the sentence.
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Why a request is refused, as clients see it: the members of `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiProblem {
    /// Determines type, status and title.
    pub code: Code,
    /// What is wrong with this request: one or more sentences.
    pub detail: Cow<'static, str>,
    /// The fields at fault; empty if the problem is about no field.
    pub errors: Vec<FieldError>,
    pub(crate) header: Option<(HeaderName, Cow<'static, str>)>,
}

impl ApiProblem {
    /// The body is no JSON object; `detail` says why.
    pub(crate) fn malformed_json(detail: String) -> Self {
        Self { detail: detail.into(), ..Code::MalformedJson.into() }
    }

    /// Parameters of the path, the query or a header are malformed.
    pub(crate) fn malformed_parameter(errors: Vec<FieldError>) -> Self {
        Self::of_fields(Code::MalformedParameter, errors)
    }

    /// A field is longer than messages may be.
    pub(crate) fn body_too_large(error: FieldError) -> Self {
        Self::of_fields(Code::BodyTooLarge, vec![error])
    }

    /// A field of the request is missing or not valid.
    pub(crate) fn invalid_field(error: FieldError) -> Self {
        Self::of_fields(Code::InvalidFields, vec![error])
    }

    /// The path takes only the `allowed` methods, such as `GET, POST`.
    #[must_use]
    pub fn method_not_allowed(allowed: &str) -> Self {
        Self {
            detail: format!("This path supports {allowed}.").into(),
            header: Some((ALLOW, allowed.to_owned().into())),
            ..Code::MethodNotAllowed.into()
        }
    }

    /// The detail lists the errors: "limit must be …; order must be …."
    fn of_fields(code: Code, errors: Vec<FieldError>) -> Self {
        let parts: Vec<String> =
            errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
        Self { detail: format!("{}.", parts.join("; ")).into(), errors, ..code.into() }
    }

    /// The body for the client.
    pub(crate) fn document<'a>(&'a self, request_id: &'a str) -> impl Serialize {
        Document {
            r#type: format!("urn:chatlog:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: &self.detail,
            code: self.code.as_str(),
            errors: &self.errors,
            request_id,
        }
    }
}

impl From<Code> for ApiProblem {
    fn from(code: Code) -> Self {
        let row = code.row();
        let header = row.header.map(|(name, value)| (name, value.into()));
        Self { code, detail: row.detail.into(), errors: Vec::new(), header }
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        Code::from(problem).into()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    request_id: &'a str,
}
