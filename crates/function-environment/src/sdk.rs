use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Builder as HttpClient;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::{ConfigError, Variables};

/// How long a call takes with its retries, in seconds, unless `CALL_TIMEOUT_SECONDS` says otherwise. Each attempt gets a third of
/// it. Repeating a call is safe (request ids, versions, deduplication ids), so waiting longer buys nothing.
const CALL_SECONDS: u32 = 3;
/// Half of what a request of the API may take.
const MAX_CALL_SECONDS: u32 = 15;
const ATTEMPTS: u32 = 3;
/// Before the first retry, at most; twice as long before the second. A random part of it is waited.
const FIRST_BACKOFF: Duration = Duration::from_millis(25);
/// How long a connection may be idle. A frozen sandbox wakes up with connections that the other side closed long ago;
/// they are not used.
const IDLE: Duration = Duration::from_secs(20);

/// What the adapters of a function are made from: its variables, and the configuration of its AWS clients.
#[derive(Debug, Clone)]
pub struct Environment {
    pub variables: Variables,
    pub sdk: SdkConfig,
}

impl Environment {
    /// # Errors
    /// [`ConfigError`] if one of Lambda's own variables is missing.
    pub fn new(variables: Variables) -> Result<Self, ConfigError> {
        let sdk = sdk_config(&variables)?;
        Ok(Self { variables, sdk })
    }

    /// The environment of this process.
    ///
    /// # Errors
    /// As [`Environment::new`].
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::new(Variables::from_process())
    }
}

/// Credentials come from the variables that Lambda sets, so none of the sources that a developer's machine may have is
/// linked in. `AWS_ENDPOINT_URL`, if set, replaces the AWS endpoints.
fn sdk_config(variables: &Variables) -> Result<SdkConfig, ConfigError> {
    let region = variables.required("AWS_REGION", "the function's region; Lambda sets it")?;
    let wanted = "the function's credentials; Lambda sets them";
    let credentials = Credentials::new(
        variables.required("AWS_ACCESS_KEY_ID", wanted)?,
        variables.required("AWS_SECRET_ACCESS_KEY", wanted)?,
        variables.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let http_client = HttpClient::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .pool_idle_timeout(IDLE)
        .build_https();
    let builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF))
        .timeout_config(timeouts(call_timeout(variables)?));
    Ok(match variables.get("AWS_ENDPOINT_URL") {
        Some(endpoint) => builder.endpoint_url(endpoint).build(),
        None => builder.build(),
    })
}

fn call_timeout(variables: &Variables) -> Result<Duration, ConfigError> {
    let name = "CALL_TIMEOUT_SECONDS";
    if variables.get(name).is_none() {
        return Ok(Duration::from_secs(CALL_SECONDS.into()));
    }
    let seconds = variables.parsed(name, "a number of seconds from 1 to 15", |value| {
        value.parse().ok().filter(|seconds| (1..=MAX_CALL_SECONDS).contains(seconds))
    })?;
    Ok(Duration::from_secs(seconds.into()))
}

fn timeouts(call: Duration) -> TimeoutConfig {
    let attempt = call / ATTEMPTS;
    TimeoutConfig::builder()
        // Before the attempt ends: an attempt without a connection certainly had no effect.
        .connect_timeout(attempt * 7 / 10)
        .operation_attempt_timeout(attempt)
        .operation_timeout(call)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout(value: &str) -> Result<Duration, String> {
        call_timeout(&Variables::from_iter([("CALL_TIMEOUT_SECONDS", value)]))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_call_takes_three_seconds_unless_the_deployment_says_otherwise() {
        assert_eq!(call_timeout(&Variables::from_iter([("", "")])), Ok(Duration::from_secs(3)));
        assert_eq!(timeout("15"), Ok(Duration::from_secs(15)));
        for value in ["0", "16", "1.5", "long"] {
            let expected = "environment variable CALL_TIMEOUT_SECONDS is malformed: set it to a number of seconds from 1 to 15";
            assert_eq!(timeout(value), Err(expected.to_owned()), "{value}");
        }
    }
}
