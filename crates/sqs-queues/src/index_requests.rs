use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_types::SdkConfig;
use conversation::IndexRequest;
use conversation::ports::{DeferIndexing, IndexedMessage, StoreError};

/// The most messages one call sends. Source: `SendMessageBatch` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// The FIFO queue of messages to be indexed later, grouped by chat.
#[derive(Debug, Clone)]
pub struct IndexQueue {
    client: Client,
    url: String,
}

impl IndexQueue {
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }
}

/// Some of the messages were not taken.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take {0} of the messages")]
struct NotTaken(usize);

fn entry(place: usize, message: &IndexedMessage) -> Result<SendMessageBatchRequestEntry, StoreError> {
    let id = message.id();
    let group = id.chat.key();
    SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        // Asking twice for the same state within five minutes is asking once.
        .message_deduplication_id(format!("{}.{}", id.message, message.revision))
        .message_body(IndexRequest(id).encode().map_err(StoreError::new)?)
        .message_group_id(group)
        .build()
        .map_err(StoreError::new)
}

impl DeferIndexing for IndexQueue {
    async fn defer(&self, messages: &[&IndexedMessage]) -> Result<(), StoreError> {
        for batch in messages.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(place, message)| entry(place, message));
            let answer = self
                .client
                .send_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries.collect::<Result<_, _>>()?))
                .send()
                .await
                .map_err(StoreError::new)?;
            if !answer.failed.is_empty() {
                return Err(StoreError::new(NotTaken(answer.failed.len())));
            }
        }
        Ok(())
    }
}
