use conversation::Problem;
use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};

/// What is the same for every problem with a code.
pub(crate) struct Row {
    code: &'static str,
    status: StatusCode,
    title: &'static str,
    /// Some problems replace it by one of their own.
    pub(crate) detail: &'static str,
    pub(crate) header: Option<(HeaderName, &'static str)>,
}

macro_rules! codes {
    ($($name:ident $code:literal, $status:ident, $title:literal, $detail:literal $(, $header:ident: $value:literal)?;)+) => {
        /// The code of a problem. Clients branch on it.
        ///
        /// API Gateway sends some of these problems itself. Their bodies are in template.yaml.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $title, ".")] $name,)+
        }

        impl Code {
            /// Every code, in the order of statuses.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub(crate) fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        code: $code,
                        status: StatusCode::$status,
                        title: $title,
                        detail: $detail,
                        header: [$(($header, $value))?].into_iter().next(),
                    },)+
                }
            }
        }
    };
}

codes! {
    MalformedJson "malformed_json", BAD_REQUEST, "The JSON is malformed",
        "The body must be a JSON object.";
    MalformedParameter "malformed_parameter", BAD_REQUEST, "A parameter is malformed",
        "A parameter is malformed.";
    AdminKeyRequired "admin_key_required", UNAUTHORIZED, "The admin key is required",
        "Send the header \"Authorization: Bearer <admin key>\".", WWW_AUTHENTICATE: "Bearer";
    TokenRequired "token_required", UNAUTHORIZED, "The token is required",
        "Send the header \"Authorization: Bearer <token>\", or put the token into the path in place of self.",
        WWW_AUTHENTICATE: "Bearer";
    TokenRevoked "token_revoked", UNAUTHORIZED, "The token is revoked",
        "A newer token of this application was issued. Use that one.",
        WWW_AUTHENTICATE: "Bearer error=\"invalid_token\"";
    ApplicationDisabled "application_disabled", FORBIDDEN, "The application is disabled",
        "The operator has disabled this application. Its chats and messages are kept.";
    ApplicationNotFound "application_not_found", NOT_FOUND, "No such application",
        "No application has this token or id.";
    ChatNotFound "chat_not_found", NOT_FOUND, "No such chat",
        "The application has no chat with this number.";
    MessageNotFound "message_not_found", NOT_FOUND, "No such message",
        "The chat has no message with this number.";
    NotStoredYet "not_stored_yet", NOT_FOUND, "Accepted but not stored yet",
        "The creation was accepted and is being stored. Try again in a second.", RETRY_AFTER: "1";
    RouteNotFound "route_not_found", NOT_FOUND, "No such route",
        "No route matches this path.";
    MethodNotAllowed "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed",
        "This path does not take this method.";
    IdempotencyKeyInUse "idempotency_key_in_use", CONFLICT, "The Idempotency-Key is in use",
        "Another request with this Idempotency-Key is still running. Try again in a second.", RETRY_AFTER: "1";
    BodyTooLarge "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "The request is too large.";
    UnsupportedMediaType "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The media type is not supported",
        "Send application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-8.";
    InvalidFields "invalid_fields", UNPROCESSABLE_ENTITY, "A field is invalid",
        "A field is invalid.";
    IdempotencyKeyReused "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used before",
        "This Idempotency-Key was used before with other fields. Use a new key for each creation.";
    TooManyRequests "too_many_requests", TOO_MANY_REQUESTS, "Too many requests",
        "Try again in a second.", RETRY_AFTER: "1";
    InternalError "internal_error", INTERNAL_SERVER_ERROR, "Internal error",
        "The request failed. Give the request_id to the operator.";
    TemporarilyUnavailable "temporarily_unavailable", SERVICE_UNAVAILABLE, "Temporarily unavailable",
        "Nothing was changed. Try again in a moment.", RETRY_AFTER: "1";
    OutcomeUnknown "outcome_unknown", SERVICE_UNAVAILABLE, "The outcome is unknown",
        "The write may or may not have been accepted. With the same Idempotency-Key it is safe to send it again. \
         Without one, check first: a repeated write may appear twice.";
}

impl Code {
    /// The code as clients see it, such as `chat_not_found`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status of every problem with this code.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().status
    }

    pub(crate) fn title(self) -> &'static str {
        self.row().title
    }
}

impl From<Problem> for Code {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::ApplicationNotFound => Self::ApplicationNotFound,
            Problem::TokenRevoked => Self::TokenRevoked,
            Problem::ApplicationDisabled => Self::ApplicationDisabled,
            Problem::ChatNotFound => Self::ChatNotFound,
            Problem::MessageNotFound => Self::MessageNotFound,
            Problem::NotStoredYet => Self::NotStoredYet,
            Problem::IdempotencyKeyInUse => Self::IdempotencyKeyInUse,
            Problem::IdempotencyKeyReused => Self::IdempotencyKeyReused,
            Problem::TooManyRequests => Self::TooManyRequests,
            Problem::TemporarilyUnavailable => Self::TemporarilyUnavailable,
            Problem::OutcomeUnknown => Self::OutcomeUnknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_the_status_of_the_contract() {
        let expected = [
            (400, "malformed_json"),
            (400, "malformed_parameter"),
            (401, "admin_key_required"),
            (401, "token_required"),
            (401, "token_revoked"),
            (403, "application_disabled"),
            (404, "application_not_found"),
            (404, "chat_not_found"),
            (404, "message_not_found"),
            (404, "not_stored_yet"),
            (404, "route_not_found"),
            (405, "method_not_allowed"),
            (409, "idempotency_key_in_use"),
            (413, "body_too_large"),
            (415, "unsupported_media_type"),
            (422, "invalid_fields"),
            (422, "idempotency_key_reused"),
            (429, "too_many_requests"),
            (500, "internal_error"),
            (503, "temporarily_unavailable"),
            (503, "outcome_unknown"),
        ];
        let codes: Vec<_> = Code::ALL.iter().map(|code| (code.status().as_u16(), code.as_str())).collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_domain_problem_keeps_its_name() {
        for (problem, code) in [
            (Problem::ApplicationNotFound, "application_not_found"),
            (Problem::TokenRevoked, "token_revoked"),
            (Problem::ApplicationDisabled, "application_disabled"),
            (Problem::ChatNotFound, "chat_not_found"),
            (Problem::MessageNotFound, "message_not_found"),
            (Problem::NotStoredYet, "not_stored_yet"),
            (Problem::IdempotencyKeyInUse, "idempotency_key_in_use"),
            (Problem::IdempotencyKeyReused, "idempotency_key_reused"),
            (Problem::TooManyRequests, "too_many_requests"),
            (Problem::TemporarilyUnavailable, "temporarily_unavailable"),
            (Problem::OutcomeUnknown, "outcome_unknown"),
        ] {
            assert_eq!(Code::from(problem).as_str(), code);
        }
    }
}
