use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use conversation::ports::{StoreError, SweepMessages, UnsweptMessages};
use conversation::{ChatId, MessageId, MessageNumber, Timestamp};
use futures_util::future::try_join_all;

use super::Messages;
use super::row::{EXPIRES_AT, message_number, swept};
use crate::item::{Item, Malformed};
use crate::unswept;

/// The most rows in one call. Source: `BatchWriteItem` in the Amazon DynamoDB API reference.
const BATCH: usize = 25;

impl SweepMessages for Messages {
    async fn unswept_messages(
        &self,
        chat: &ChatId,
        after: Option<MessageNumber>,
    ) -> Result<UnsweptMessages, StoreError> {
        let filter = format!("attribute_not_exists({EXPIRES_AT})");
        let after = after.map_or(0, MessageNumber::get);
        let query = unswept::query(&self.client, &self.table, ("chat", &chat.key()), after, &filter)?;
        let output = query.send().await.map_err(StoreError::new)?;
        let id = |item: &Item| Ok(MessageId { chat: chat.clone(), message: message_number(item)? });
        Ok(UnsweptMessages {
            messages: output.items().iter().map(id).collect::<Result<_, Malformed>>()?,
            next: output.last_evaluated_key().map(message_number).transpose()?,
        })
    }

    async fn sweep_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        let left = try_join_all(messages.chunks(BATCH).map(|batch| self.sweep_batch(batch))).await?;
        Ok(left.into_iter().sum())
    }
}

impl Messages {
    /// Returns how many rows are left.
    async fn sweep_batch(&self, batch: &[MessageId]) -> Result<usize, StoreError> {
        let now = Timestamp::now();
        let requests: Result<Vec<WriteRequest>, BuildError> =
            batch.iter().map(|id| put_request(swept(id, now))).collect();
        let output = self
            .client
            .batch_write_item()
            .request_items(&self.table, requests.map_err(StoreError::new)?)
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(output.unprocessed_items.unwrap_or_default().values().map(Vec::len).sum())
    }
}

fn put_request(row: Item) -> Result<WriteRequest, BuildError> {
    Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(row)).build()?).build())
}
