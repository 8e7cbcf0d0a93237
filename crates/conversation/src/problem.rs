use std::error::Error;

use crate::ports::{ReservationError, StoreError, WriteError};

/// Why the domain refuses a request.
///
/// Technical causes (an AWS error, say) go to the log and are never part of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    ApplicationNotFound,
    /// A newer token was issued.
    TokenRevoked,
    /// The operator disabled the application.
    ApplicationDisabled,
    ChatNotFound,
    MessageNotFound,
    /// The number is allocated; the row is not stored yet.
    NotStoredYet,
    /// Another request with the same `Idempotency-Key` is running.
    IdempotencyKeyInUse,
    /// The `Idempotency-Key` belongs to a request with other fields.
    IdempotencyKeyReused,
    /// The chat receives writes faster than they can be stored. Nothing was accepted.
    TooManyRequests,
    /// Nothing was accepted; a retry is safe.
    TemporarilyUnavailable,
    /// A reply was lost: the write may have been accepted.
    OutcomeUnknown,
}

/// Why a request failed: the problem for the client, and its cause for the log.
#[derive(Debug)]
pub struct Failure {
    pub problem: Problem,
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// The request may have been accepted, whatever the cause says of its last attempt.
    pub fn outcome_unknown(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { problem: Problem::OutcomeUnknown, cause: Some(cause.into()) }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { problem: Problem::TemporarilyUnavailable, cause: Some(error.into()) }
    }
}

impl From<ReservationError> for Failure {
    fn from(error: ReservationError) -> Self {
        match error {
            ReservationError::TooManyPending => Problem::TooManyRequests.into(),
            ReservationError::Store(error) => error.into(),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let problem = match error {
            WriteError::NotWritten(_) => Problem::TemporarilyUnavailable,
            WriteError::OutcomeUnknown(_) => Problem::OutcomeUnknown,
        };
        Self { problem, cause: Some(error.into()) }
    }
}
