use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;
use conversation::ports::{BuryRecords, StoreError};

/// The dead-letter queue behind the queue of writes.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    client: Client,
    url: String,
}

impl DeadLetterQueue {
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A reason may quote from the record; SQS refuses control characters, and a message that is too large.
fn printable(reason: &str) -> String {
    reason
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .take(LONGEST_REASON)
        .collect()
}

impl BuryRecords for DeadLetterQueue {
    async fn bury(&self, id: &str, group: &str, record: &str, reason: &str) -> Result<(), StoreError> {
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(printable(reason))
            .build()
            .map_err(StoreError::new)?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(group)
            .message_deduplication_id(id)
            .message_body(record)
            .message_attributes("reason", reason)
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(())
    }
}
