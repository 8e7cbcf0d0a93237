use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_types::SdkConfig;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conversation::Write;
use conversation::ports::{SendError, SendWrites};
use function_environment::{Outcome, outcome};

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

/// Names one sending, so that the queue takes its repetitions for one: 128 random bits.
fn deduplication_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
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
            .message_deduplication_id(deduplication_id().map_err(|error| not_sent(error.into()))?)
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
