use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_types::SdkConfig;
use conversation::Write;
use conversation::ports::{SendError, SendWrites};
use function_environment::{Outcome, outcome};

use crate::random_id::random_id;

/// Two of them may end in silence within the functions' timeout.
const ATTEMPTS: u32 = 2;
const PAUSE: Duration = Duration::from_millis(50);

/// The FIFO queue of writes, grouped by chat.
///
/// The SDK's own retries are off: they would hide whether an attempt before the last one may have
/// reached the queue, and that decides between "refused" and "unknown".
#[derive(Debug, Clone)]
pub struct WriteQueue {
    client: Client,
    url: String,
}

impl WriteQueue {
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        let once = aws_sdk_sqs::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(once), url: url.to_owned() }
    }
}

impl SendWrites for WriteQueue {
    async fn send(&self, write: &Write) -> Result<(), SendError> {
        let not_sent = |error: Box<dyn std::error::Error + Send + Sync>| SendError::NotSent(error);
        let body = write.encode().map_err(|error| not_sent(error.into()))?;
        let request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(write.chat().key())
            .message_deduplication_id(random_id().map_err(|error| not_sent(error.into()))?)
            .message_body(body);
        let mut maybe_sent = false;
        let mut attempt = 1;
        loop {
            let Err(error) = request.clone().send().await else { return Ok(()) };
            let outcome = outcome(&error);
            maybe_sent |= outcome == Outcome::Unknown;
            if attempt == ATTEMPTS || outcome == Outcome::Refused {
                return Err(if maybe_sent {
                    SendError::Unknown(error.into())
                } else {
                    SendError::NotSent(error.into())
                });
            }
            tracing::debug!(target: "chatlog", attempt, ?outcome, "sending again");
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }
}
