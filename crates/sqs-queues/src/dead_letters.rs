use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

impl BuryRecords for DeadLetterQueue {
    async fn bury(&self, group: &str, record: &str, reason: &str) -> Result<(), StoreError> {
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason)
            .build()
            .map_err(StoreError::new)?;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(StoreError::new)?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(group)
            .message_deduplication_id(URL_SAFE_NO_PAD.encode(id))
            .message_body(record)
            .message_attributes("reason", reason)
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(())
    }
}
