use std::error::Error;

use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::SdkError;

/// What a failed sending tells about the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The queue does not have the message and will not take it now.
    Refused,
    /// The queue does not have the message; it may take it the next time.
    NotReached,
    /// The queue may have the message.
    Unknown,
}

/// Reads the outcome from the error of one attempt.
///
/// Only what proves that the queue did not take the message counts as such: the request could not be
/// built, no connection was made, or the service answered with a client error. A server error, a
/// broken connection and silence prove nothing.
pub(crate) fn of<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Outcome {
    match error {
        SdkError::ConstructionFailure(_) => Outcome::Refused,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Outcome::NotReached,
            _ => Outcome::Unknown,
        },
        SdkError::ServiceError(answer) => match answer.raw().status().as_u16() {
            // Throttling of a FIFO queue arrives as 400 or 403 with a code of its own.
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
