use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use conversation::ports::{SWEEP_PAGE, StoreError, SweepMessages};
use conversation::{ChatId, MessageId, MessageNumber};
use futures_util::future::try_join_all;

use super::Messages;
use super::row::key;
use crate::item::{get_number, parsed};

/// The most rows in one call. Source: `BatchWriteItem` in the Amazon DynamoDB API reference.
const BATCH: usize = 25;

impl SweepMessages for Messages {
    async fn sweep_page(&self, chat: &ChatId) -> Result<Vec<MessageId>, StoreError> {
        let output = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("chat = :chat")
            .expression_attribute_values(":chat", AttributeValue::S(chat.key()))
            .projection_expression("#number")
            .expression_attribute_names("#number", "number")
            .consistent_read(true)
            .limit(i32::try_from(SWEEP_PAGE).map_err(StoreError::new)?)
            .send()
            .await
            .map_err(StoreError::new)?;
        let rows = output.items.unwrap_or_default().into_iter().map(|item| {
            let message = parsed(MessageNumber::new(get_number(&item, "number")?), "number")?;
            Ok(MessageId { chat: chat.clone(), message })
        });
        rows.collect()
    }

    async fn delete_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        let left = try_join_all(messages.chunks(BATCH).map(|batch| self.delete_batch(batch))).await?;
        Ok(left.into_iter().sum())
    }
}

impl Messages {
    /// Returns how many rows are left.
    async fn delete_batch(&self, batch: &[MessageId]) -> Result<usize, StoreError> {
        let requests: Result<Vec<WriteRequest>, BuildError> = batch.iter().map(delete_request).collect();
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

fn delete_request(id: &MessageId) -> Result<WriteRequest, BuildError> {
    let row = DeleteRequest::builder().set_key(Some(key(id))).build()?;
    Ok(WriteRequest::builder().delete_request(row).build())
}
