//! Removing what a deleted chat leaves.

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use conversation::ports::{StoreError, SweepMessages};
use conversation::{ChatId, MessageId, MessageNumber};
use futures_util::future::try_join_all;

use crate::Messages;
use crate::item::{get_number, parsed};
use crate::messages::key;

/// How many rows a sweep is shown at once.
const PAGE: i32 = 100;
/// The most rows one call removes. Source: `BatchWriteItem` in the Amazon DynamoDB API reference.
const BATCH: usize = 25;

impl SweepMessages for Messages {
    async fn some_of(&self, chat: &ChatId) -> Result<Vec<MessageId>, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("chat = :chat")
            .expression_attribute_values(":chat", AttributeValue::S(chat.key()))
            .projection_expression("#number")
            .expression_attribute_names("#number", "number")
            .consistent_read(true)
            .limit(PAGE)
            .send()
            .await
            .map_err(StoreError::new)?;
        let rows = found.items.unwrap_or_default().into_iter().map(|item| {
            let message = parsed(MessageNumber::new(get_number(&item, "number")?), "number")?;
            Ok(MessageId { chat: chat.clone(), message })
        });
        rows.collect()
    }

    async fn purge(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        let left = try_join_all(messages.chunks(BATCH).map(|batch| self.purge_batch(batch))).await?;
        Ok(left.into_iter().sum())
    }
}

impl Messages {
    async fn purge_batch(&self, batch: &[MessageId]) -> Result<usize, StoreError> {
        let requests: Result<Vec<WriteRequest>, StoreError> = batch
            .iter()
            .map(|id| {
                let row = DeleteRequest::builder().set_key(Some(key(id))).build().map_err(StoreError::new)?;
                Ok(WriteRequest::builder().delete_request(row).build())
            })
            .collect();
        let answer = self
            .client
            .batch_write_item()
            .request_items(&self.table, requests?)
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(answer.unprocessed_items.unwrap_or_default().values().map(Vec::len).sum())
    }
}
