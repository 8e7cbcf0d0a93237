use aws_sdk_dynamodb::types::ReturnValue;
use conversation::ports::{AppliedWrite, CreationOutcome, StoreError, StoreMessages};
use conversation::{CreateMessage, DeleteMessage, IndexChange, UpdateMessage};

use super::Messages;
use super::creation::complete;
use super::row::index_change;
use crate::conditional::{ConditionalUpdate, update_if};
use crate::item::{creation_delta, deletion_delta, number, string, time};

impl StoreMessages for Messages {
    async fn create(&self, write: &CreateMessage) -> Result<CreationOutcome<AppliedWrite>, StoreError> {
        let row = match update_if(self.create_row(write)).await? {
            ConditionalUpdate::Applied(before) => complete(before, write),
            ConditionalUpdate::ConditionFailed(row) => row,
        };
        let Some(delta) = creation_delta(&row, write.revision, write.at)? else {
            return Ok(CreationOutcome::NumberTaken);
        };
        Ok(CreationOutcome::Applied(AppliedWrite { delta, change: index_change(&write.id, row)? }))
    }

    async fn update(&self, write: &UpdateMessage) -> Result<AppliedWrite, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression("SET body = :body, revision = :revision, updated_at = :at")
            .condition_expression(
                "attribute_not_exists(deleted_revision) AND \
                 (attribute_not_exists(revision) OR revision < :revision)",
            )
            .expression_attribute_values(":body", string(write.body.as_str()))
            .expression_attribute_values(":revision", number(write.revision))
            .expression_attribute_values(":at", time(write.at))
            .return_values(ReturnValue::AllNew);
        let (ConditionalUpdate::Applied(row) | ConditionalUpdate::ConditionFailed(row)) =
            update_if(update).await?;
        Ok(AppliedWrite { delta: 0, change: index_change(&write.id, row)? })
    }

    async fn delete(&self, write: &DeleteMessage) -> Result<AppliedWrite, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression("SET deleted_revision = :revision REMOVE body, revision, updated_at")
            .condition_expression("attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":revision", number(write.revision))
            .return_values(ReturnValue::AllNew);
        let (ConditionalUpdate::Applied(tombstone) | ConditionalUpdate::ConditionFailed(tombstone)) =
            update_if(update).await?;
        let delta = deletion_delta(&tombstone, write.revision)?;
        Ok(AppliedWrite { delta, change: Some(IndexChange::Remove(write.id.clone())) })
    }
}
