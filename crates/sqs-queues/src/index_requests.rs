use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use aws_types::SdkConfig;
use conversation::IndexRequest;
use conversation::ports::{DeferIndexing, StoreError};
use function_environment::{ConfigError, Environment};
use futures_util::future::try_join_all;

use crate::encode_index_request;

/// The most messages in one call. Source: `SendMessageBatch` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// The standard queue of index changes to be made later.
#[derive(Debug, Clone)]
pub struct IndexQueue {
    client: Client,
    url: String,
}

impl IndexQueue {
    /// # Errors
    /// `INDEX_QUEUE_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let url = environment.variables.url("INDEX_QUEUE_URL", "the URL of the queue of index requests")?;
        Ok(Self::new(&environment.sdk, &url))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }

    async fn send_batch(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        let entries = requests.iter().enumerate().map(|(position, request)| entry(position, request));
        let output = self
            .client
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries.collect::<Result<_, _>>()?))
            .send()
            .await
            .map_err(StoreError::new)?;
        NotQueued::check(&output.failed).map_err(StoreError::new)
    }
}

/// SQS accepted a batch only in part.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("SQS did not accept {count} index requests of a batch, the first because of {code}")]
struct NotQueued {
    count: usize,
    code: String,
}

impl NotQueued {
    fn check(failed: &[BatchResultErrorEntry]) -> Result<(), Self> {
        match failed.first() {
            Some(first) => Err(Self { count: failed.len(), code: first.code().to_owned() }),
            None => Ok(()),
        }
    }
}

/// The message at `position` in its batch.
fn entry(position: usize, request: &IndexRequest) -> Result<SendMessageBatchRequestEntry, StoreError> {
    SendMessageBatchRequestEntry::builder()
        .id(position.to_string())
        .message_body(encode_index_request(request).map_err(StoreError::new)?)
        .build()
        .map_err(StoreError::new)
}

impl DeferIndexing for IndexQueue {
    async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        try_join_all(requests.chunks(BATCH).map(|batch| self.send_batch(batch))).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, message_id};

    use super::*;

    #[test]
    fn a_message_of_a_standard_queue_has_no_group_and_is_not_deduplicated() {
        let request = IndexRequest::Refresh(message_id(&chat_id(&application_id(), 7), 3));
        let (first, second) = (entry(0, &request).unwrap(), entry(1, &request).unwrap());
        assert_eq!((first.id(), second.id()), ("0", "1"));
        assert_eq!((first.message_deduplication_id(), first.message_group_id()), (None, None));
        assert_eq!(first.message_body(), second.message_body());
    }

    #[test]
    fn a_partly_accepted_batch_fails_with_the_first_code() {
        let failed = ["InternalError", "ThrottlingException"].map(|code| {
            BatchResultErrorEntry::builder().id("0").code(code).sender_fault(false).build().unwrap()
        });
        let error = NotQueued::check(&failed).unwrap_err();
        assert_eq!(error, NotQueued { count: 2, code: "InternalError".to_owned() });
        assert_eq!(NotQueued::check(&[]), Ok(()));
    }
}
