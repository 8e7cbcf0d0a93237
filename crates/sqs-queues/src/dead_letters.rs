use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;
use conversation::ports::{BuryRecords, StoreError};
use function_environment::{ConfigError, Environment};

/// A dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    client: Client,
    url: String,
    /// Whether it is a FIFO queue.
    has_groups: bool,
}

impl DeadLetterQueue {
    /// That of the queue of writes.
    ///
    /// # Errors
    /// `WRITES_DLQ_URL` is missing or no URL.
    pub fn of_writes(environment: &Environment) -> Result<Self, ConfigError> {
        let wanted = "the URL of the dead-letter queue of writes";
        Ok(Self::new(&environment.sdk, &environment.variables.url("WRITES_DLQ_URL", wanted)?, true))
    }

    /// That of the queue of sweeps.
    ///
    /// # Errors
    /// `SWEEPS_DLQ_URL` is missing or no URL.
    pub fn of_sweeps(environment: &Environment) -> Result<Self, ConfigError> {
        let wanted = "the URL of the dead-letter queue of sweeps";
        Ok(Self::new(&environment.sdk, &environment.variables.url("SWEEPS_DLQ_URL", wanted)?, false))
    }

    /// `has_groups`: whether it is a FIFO queue.
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str, has_groups: bool) -> Self {
        Self { client: Client::new(config), url: url.to_owned(), has_groups }
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
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(record)
            .message_attributes("reason", reason);
        if self.has_groups {
            request = request.message_group_id(group).message_deduplication_id(message_id);
        }
        request.send().await.map_err(StoreError::new)?;
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
