use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use aws_types::SdkConfig;
use conversation::ports::StoreError;
use futures_util::future::try_join_all;

/// The most messages in one call. Source: `SendMessageBatch` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// A standard queue, whose messages may arrive twice and in any order.
#[derive(Debug, Clone)]
pub(crate) struct StandardQueue {
    client: Client,
    url: String,
}

impl StandardQueue {
    pub(crate) fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }

    /// Sends the bodies in batches, all at once. If it fails, some may have been sent.
    pub(crate) async fn send_all(&self, bodies: &[String]) -> Result<(), StoreError> {
        try_join_all(bodies.chunks(BATCH).map(|batch| self.send_batch(batch))).await?;
        Ok(())
    }

    async fn send_batch(&self, bodies: &[String]) -> Result<(), StoreError> {
        let entries = bodies.iter().enumerate().map(|(position, body)| entry(position, body));
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
#[error("SQS did not accept {count} messages of a batch, the first because of {code}")]
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
fn entry(position: usize, body: &str) -> Result<SendMessageBatchRequestEntry, StoreError> {
    SendMessageBatchRequestEntry::builder()
        .id(position.to_string())
        .message_body(body)
        .build()
        .map_err(StoreError::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_a_standard_queue_has_no_group_and_is_not_deduplicated() {
        let (first, second) = (entry(0, "same").unwrap(), entry(1, "same").unwrap());
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
