use aws_outcome::without_retries;
use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use conversation::ports::{SendWrites, WriteError};
use conversation::{RequestId, Write};
use function_environment::{ConfigError, Environment};
use tracing::Span;

use crate::{Subject, encode_write};

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
        let sent = aws_outcome::write_with_retry(|| request.clone().send()).await;
        match &sent {
            Ok(output) => log_write(write, output.message_id()),
            // It may be on the queue.
            Err(WriteError::OutcomeUnknown(_)) => log_write(write, None),
            Err(WriteError::NotWritten(_)) => {}
        }
        sent.map(|_| ())
    }
}

/// Adds the write to every further line of the request. `message_id` is SQS's id of its record, by which `persist` logs it.
fn log_write(write: &Write, message_id: Option<&str>) {
    let Subject { chat, message_number, revision, .. } = Subject::from(write);
    tracing::record_all!(Span::current(), chat, message_number, revision, message_id);
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::config::BehaviorVersion;
    use aws_smithy_types::retry::RetryConfig;
    use conversation::MessageWrite;
    use conversation::fake::samples::{application_id, chat_id, create_message};
    use function_log::{CapturedLog, invocation_span};
    use tracing::Level;

    use super::*;

    /// The line by which an operator begins to follow a write.
    #[test]
    fn the_log_of_a_request_tells_which_write_it_sent() {
        let write = create_message(&chat_id(&application_id(), 7), 3, 9, "unmistakable samovar");
        let log = CapturedLog::start(Level::INFO);
        invocation_span("create-message", None, "aws-1", None).in_scope(|| {
            log_write(&Write::Message(MessageWrite::Create(write)), Some("059f36b4"));
            tracing::info!(target: "chatlog", "responded");
        });
        let lines = log.lines();
        let line = &lines[0];
        let numbers = ["chat", "message_number", "revision"].map(|name| line[name].as_u64());
        assert_eq!(numbers, [Some(7), Some(3), Some(9)], "{line}");
        assert_eq!(line["message_id"], "059f36b4");
        assert!(!line.to_string().contains("samovar"), "{line}");
    }

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
