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

/// How long a function waits for AWS.
///
/// Giving up early would cost more than waiting: where the answer of a call that counts is lost, so may be
/// its number. But a function must be done before its own timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// For a client's request, answered within 28 seconds: 5 for an attempt, 10 for a call. Two calls in
    /// sequence may take all that, and one that takes something back comes on top. Where more than two hang,
    /// the function ends in the middle, and the client is told that the outcome is unknown.
    Request,
    /// For a batch of records, done within 10 seconds: 3 for an attempt, 4 for a call. What is given up
    /// is delivered again.
    Batch,
}

impl Patience {
    fn timeouts(self) -> TimeoutConfig {
        let (attempt, operation) = match self {
            Self::Request => (5, 10),
            Self::Batch => (3, 4),
        };
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(Duration::from_secs(attempt))
            .operation_timeout(Duration::from_secs(operation))
            .build()
    }
}

const CONNECT: Duration = Duration::from_secs(1);
/// How long a connection may lie idle. A frozen sandbox wakes up with connections that the other side
/// has closed long ago; they are not tried.
const IDLE: Duration = Duration::from_secs(20);

/// What every AWS client of a function is built from.
///
/// Credentials come from the variables that Lambda sets, so none of the sources that a developer's
/// machine may have is linked in. `AWS_ENDPOINT_URL`, where set, replaces the AWS endpoints.
///
/// # Errors
/// [`ConfigError`] where Lambda's own variables are not there.
pub fn sdk_config(variables: &Variables, patience: Patience) -> Result<SdkConfig, ConfigError> {
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
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(patience.timeouts());
    Ok(match variables.get("AWS_ENDPOINT_URL") {
        Some(endpoint) => builder.endpoint_url(endpoint).build(),
        None => builder.build(),
    })
}
