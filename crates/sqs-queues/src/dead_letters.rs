use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;
use conversation::ports::{BuryRecords, StoreError};
use function_environment::{ConfigError, Environment};

/// The dead-letter queue of the queue of writes.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    client: Client,
    url: String,
}

impl DeadLetterQueue {
    /// # Errors
    /// `WRITES_DLQ_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let url = environment.variables.url("WRITES_DLQ_URL", "the URL of the dead-letter queue")?;
        Ok(Self::new(&environment.sdk, &url))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }
}

/// The longest reason, in characters: a message with its attributes has a size limit.
const MAX_REASON_CHARS: usize = 500;

/// The reason without the characters that SQS refuses: it may quote the record.
fn printable(reason: &str) -> String {
    reason
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .take(MAX_REASON_CHARS)
        .collect()
}

impl BuryRecords for DeadLetterQueue {
    async fn bury(
        &self,
        message_id: &str,
        group: &str,
        record: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(printable(reason))
            .build()
            .map_err(StoreError::new)?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(group)
            .message_deduplication_id(message_id)
            .message_body(record)
            .message_attributes("reason", reason)
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_loses_the_characters_that_sqs_refuses() {
        assert_eq!(
            printable("body: \u{0}must\n not\u{FFFE} be \u{FFFF}blank 天"),
            "body: must not be blank 天"
        );
    }

    #[test]
    fn a_long_reason_is_cut() {
        assert_eq!(printable(&"天".repeat(501)), "天".repeat(500));
    }
}
