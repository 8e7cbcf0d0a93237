use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

/// What the error of one attempt at an AWS call tells about its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It had none, and the same request will have none.
    Refused,
    /// It had none; it may have the next time.
    NotReached,
    /// It may have had its effect.
    Unknown,
}

/// Reads the outcome from the error of one attempt.
///
/// Only what proves that there was no effect counts as such: the request could not be built, no
/// connection was made, or the service answered with a client error. A server error, a broken
/// connection and silence prove nothing.
pub fn outcome<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Outcome {
    match error {
        SdkError::ConstructionFailure(_) => Outcome::Refused,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Outcome::NotReached,
            _ => Outcome::Unknown,
        },
        SdkError::ServiceError(answer) => match answer.raw().status().as_u16() {
            // Throttling arrives as 400, too.
            400..=499 => Outcome::NotReached,
            _ => Outcome::Unknown,
        },
        _ => Outcome::Unknown,
    }
}

fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        cause = error.source();
    }
    false
}
