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

/// How long one attempt of a call waits. Repeating a call is safe (request ids, versions, deduplication ids), so waiting longer
/// buys nothing.
const ATTEMPT: Duration = Duration::from_secs(1);
/// How long a call takes with its retries.
const CALL: Duration = Duration::from_secs(3);
/// How long a new connection takes. It ends before its attempt, because an attempt without a connection certainly had no
/// effect.
const CONNECT: Duration = Duration::from_millis(700);
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
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(CALL)
                .build(),
        );
    Ok(match variables.get("AWS_ENDPOINT_URL") {
        Some(endpoint) => builder.endpoint_url(endpoint).build(),
        None => builder.build(),
    })
}
