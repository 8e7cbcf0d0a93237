use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_types::SdkConfig;
use conversation::IndexRequest;
use conversation::ports::{DeferIndexing, StoreError};

use crate::random_id::random_id;

/// The most messages one call sends. Source: `SendMessageBatch` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// The FIFO queue of changes of the index to be made later, grouped by chat.
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

/// Some of the requests were not taken.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take {0} of the requests")]
struct NotTaken(usize);

fn entry(place: usize, request: &IndexRequest) -> Result<SendMessageBatchRequestEntry, StoreError> {
    SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        // Each asking is one of its own: an earlier one may have been met by an older state of the row.
        .message_deduplication_id(random_id().map_err(StoreError::new)?)
        .message_body(request.encode().map_err(StoreError::new)?)
        .message_group_id(request.message().chat.key())
        .build()
        .map_err(StoreError::new)
}

impl DeferIndexing for IndexQueue {
    async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        for batch in requests.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(place, request)| entry(place, request));
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
