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

/// How long one attempt at an AWS call may take before it is given up and repeated. Giving up early
/// would cost more than waiting: the answer of a call that counts is worth a number.
const ATTEMPT: Duration = Duration::from_secs(3);
/// How long one AWS call may take with all its attempts. Four in sequence, which is creating a chat and
/// taking it back, fit the functions' timeout of 25 seconds.
const OPERATION: Duration = Duration::from_secs(5);
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
pub fn sdk_config(variables: &Variables) -> Result<SdkConfig, ConfigError> {
    let region = variables.required("AWS_REGION", "the function's region; Lambda sets it")?;
    let wanted = "the function's credentials; Lambda sets them";
    let credentials = Credentials::new(
        variables.required("AWS_ACCESS_KEY_ID", wanted)?,
        variables.required("AWS_SECRET_ACCESS_KEY", wanted)?,
        variables.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
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
        .timeout_config(timeouts);
    Ok(match variables.get("AWS_ENDPOINT_URL") {
        Some(endpoint) => builder.endpoint_url(endpoint).build(),
        None => builder.build(),
    })
}
