use aws_outcome::without_retries;
use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use conversation::ports::{SendWrites, WriteError};
use conversation::{RequestId, Write};
use function_environment::{ConfigError, Environment};

use crate::encode_write;

/// The FIFO queue of writes, grouped by chat. The writes to an application are a group of their own.
#[derive(Debug, Clone)]
pub struct WriteQueue {
    client: Client,
    url: String,
}

impl WriteQueue {
    /// # Errors
    /// `WRITES_QUEUE_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let url = environment.variables.url("WRITES_QUEUE_URL", "the URL of the queue of writes")?;
        Ok(Self::new(&environment.sdk, &url))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(&without_retries(config)), url: url.to_owned() }
    }
}

impl SendWrites for WriteQueue {
    async fn send(&self, write: &Write) -> Result<(), WriteError> {
        // SQS stores a message once, however often it is sent with the same id within five minutes.
        let request_id = RequestId::random().map_err(WriteError::not_written)?;
        let request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(write.group())
            .message_deduplication_id(request_id.as_str())
            .message_body(encode_write(write).map_err(WriteError::not_written)?);
        aws_outcome::write_with_retry(|| request.clone().send()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::config::BehaviorVersion;
    use aws_smithy_types::retry::RetryConfig;

    use super::*;

    /// Retries by the SDK would hide whether an earlier attempt may have reached the queue.
    #[test]
    fn the_sdk_does_not_retry_a_send() {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .build();
        let queue = WriteQueue::new(&config, "https://sqs.example.org/writes.fifo");
        assert_eq!(queue.client.config().retry_config().map(RetryConfig::max_attempts), Some(1));
    }
}
