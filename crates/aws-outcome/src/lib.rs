//! What a failed AWS call proves about its effect.
//!
//! The SDK's own retries hide whether an attempt before the last one may have had its effect. Calls whose callers must
//! know that use a client [`without_retries`] and [`write_with_retry`].

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use conversation::jittered;
use conversation::ports::WriteError;
use tokio::time::{Instant, sleep};

/// How often a request is sent. With the pauses, attempts that are refused at once take 0.8 to 1.6 seconds together: longer
/// than SQS throttles a queue that adds partitions, or than DynamoDB needs to split a busy one for a moment.
const ATTEMPTS: u32 = 6;
/// The first pause. Each is twice as long as the one before, less a random part of up to a half.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// No attempt after the second one starts later than this after the first one.
const TIME: Duration = Duration::from_secs(3);

/// What the error of one attempt proves about its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It had none, and the same request never will.
    Refused,
    /// It had none. A retry may have it.
    None,
    /// It may have had its effect.
    Unknown,
}

/// The configuration of a client that makes one attempt per call.
#[must_use]
pub fn without_retries(config: &SdkConfig) -> SdkConfig {
    config.to_builder().retry_config(RetryConfig::disabled()).build()
}

/// Sends a request whose repetition has no further effect, up to six times within three seconds. `send` makes one attempt, by
/// a client [`without_retries`].
///
/// Patience is worth it: a caller that gives up undoes a reservation, and cannot if another request came in between.
///
/// A failed condition is a client error and would be retried. If it is an expected result, `send` returns it as `Ok`.
///
/// # Errors
/// [`WriteError::NotWritten`] if every attempt certainly had no effect, else [`WriteError::OutcomeUnknown`].
pub async fn write_with_retry<T, E, Sent>(send: impl Fn() -> Sent) -> Result<T, WriteError>
where
    E: Error + Send + Sync + 'static,
    Sent: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let start = Instant::now();
    let mut may_be_written = false;
    let mut attempt = 1;
    loop {
        let error = match send().await {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        let effect = effect(&error);
        may_be_written |= effect == Effect::Unknown;
        let pause = jittered(FIRST_PAUSE * 2_u32.pow(attempt - 1));
        let is_last = attempt == ATTEMPTS || (attempt > 1 && start.elapsed() + pause > TIME);
        if is_last || effect == Effect::Refused {
            let of = if may_be_written { WriteError::outcome_unknown } else { WriteError::not_written };
            return Err(of(error));
        }
        tracing::info!(target: "chatlog", attempt, ?effect, "retrying an AWS call");
        sleep(pause).await;
        attempt += 1;
    }
}

/// An attempt certainly had no effect if the request could not be built, no connection was made, or the service
/// answered with a client error. A server error, a broken connection and silence prove nothing.
fn effect<E>(error: &SdkError<E, HttpResponse>) -> Effect {
    match error {
        SdkError::ConstructionFailure(_) => Effect::Refused,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Effect::None,
            _ => Effect::Unknown,
        },
        SdkError::ServiceError(error) => match error.raw().status().as_u16() {
            // Throttling is a client error too.
            400..=499 => Effect::None,
            _ => Effect::Unknown,
        },
        _ => Effect::Unknown,
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use aws_smithy_types::body::SdkBody;

    use super::*;

    type Failure = SdkError<std::io::Error, HttpResponse>;

    fn status(status: u16) -> Failure {
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        SdkError::service_error(std::io::Error::other("service"), response)
    }

    fn silence() -> Failure {
        SdkError::timeout_error("silence")
    }

    /// The result of a write whose attempts fail with these errors, the last one again and again, and the number of attempts.
    async fn write_failing_with(failures: &[fn() -> Failure]) -> (Result<(), WriteError>, usize) {
        let attempts = Cell::new(0);
        let outcome = write_with_retry(|| {
            let attempt = attempts.replace(attempts.get() + 1);
            async move { Err(failures[attempt.min(failures.len() - 1)]()) }
        })
        .await;
        (outcome, attempts.get())
    }

    #[tokio::test(start_paused = true)]
    async fn only_client_errors_prove_that_nothing_was_written() {
        let refused: fn() -> Failure = || status(400);
        let throttled: fn() -> Failure = || status(429);
        for (failures, certain) in [
            ([refused, throttled], true),
            ([|| status(500), refused], false),
            ([refused, || status(503)], false),
            ([silence, refused], false),
            ([refused, silence], false),
        ] {
            let (outcome, attempts) = write_failing_with(&failures).await;
            assert_eq!(attempts, 6);
            assert_eq!(matches!(outcome, Err(WriteError::NotWritten(_))), certain, "{outcome:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_attempts_end_after_three_seconds() {
        let start = Instant::now();
        let attempts = Cell::new(0);
        let outcome: Result<(), WriteError> = write_with_retry(|| async {
            attempts.set(attempts.get() + 1);
            sleep(Duration::from_secs(1)).await;
            Err(silence())
        })
        .await;
        assert!(matches!(outcome, Err(WriteError::OutcomeUnknown(_))));
        assert_eq!(attempts.get(), 3);
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_cannot_be_built_is_not_retried() {
        let (outcome, attempts) = write_failing_with(&[|| SdkError::construction_failure("no")]).await;
        assert!(matches!(outcome, Err(WriteError::NotWritten(_))));
        assert_eq!(attempts, 1);
    }

    #[test]
    fn a_client_without_retries_makes_one_attempt() {
        let retrying = SdkConfig::builder().retry_config(RetryConfig::standard()).build();
        let attempts = without_retries(&retrying).retry_config().map(RetryConfig::max_attempts);
        assert_eq!(attempts, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_attempt_may_succeed() {
        let attempts = Cell::new(0);
        let outcome = write_with_retry(|| {
            let attempt = attempts.replace(attempts.get() + 1);
            async move { if attempt < 5 { Err(status(500)) } else { Ok("written") } }
        });
        assert_eq!(outcome.await.unwrap(), "written");
    }
}
