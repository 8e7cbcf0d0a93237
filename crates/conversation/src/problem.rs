use std::error::Error;

use crate::ports::{SendError, StoreError};

/// A field or parameter that is at fault, and the sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Everything that can keep a request from succeeding, as the client is told of it.
///
/// What went wrong inside (an AWS error, say) is logged where it happens and never part of this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    MalformedJson {
        detail: String,
    },
    MalformedParameter {
        errors: Vec<FieldError>,
    },
    AdminKeyRequired,
    ApplicationNotFound,
    ChatNotFound,
    MessageNotFound,
    /// The number was allocated; the row is on its way.
    NotStoredYet,
    /// Another attempt under the same `Idempotency-Key` is still running.
    IdempotencyKeyInUse,
    /// The `Idempotency-Key` belongs to another request.
    IdempotencyKeyReused,
    BodyTooLarge {
        errors: Vec<FieldError>,
    },
    UnsupportedMediaType,
    InvalidFields {
        errors: Vec<FieldError>,
    },
    Internal,
    /// Nothing was accepted; trying again later is safe.
    TemporarilyUnavailable,
    /// The queue's answer was lost: the write may have been accepted, or not.
    OutcomeUnknown,
}

/// Why a request failed: what the client is told, and what the log is told besides.
#[derive(Debug)]
pub struct Failure {
    pub problem: Problem,
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { problem: Problem::TemporarilyUnavailable, cause: Some(Box::new(error)) }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let problem = match error {
            SendError::NotSent(_) => Problem::TemporarilyUnavailable,
            SendError::Unknown(_) => Problem::OutcomeUnknown,
        };
        Self { problem, cause: Some(Box::new(error)) }
    }
}
