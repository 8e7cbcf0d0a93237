use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use conversation::ports::{CreationOutcome, StoreChats, StoreError};
use conversation::{ChatId, CreateChat, DeleteChat};

use super::Chats;
use super::row::key;
use crate::conditional::{ConditionalUpdate, update_count_if};
use crate::item::{creation_delta, deletion_delta, number, time};

impl Chats {
    fn update(&self, id: &ChatId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key(id)))
    }
}

impl StoreChats for Chats {
    async fn create(&self, write: &CreateChat) -> Result<CreationOutcome<i64>, StoreError> {
        let update = self
            .update(&write.id)
            // An update, not a put: the item may hold the ledger of the chat's messages already.
            .update_expression(
                "SET created_at = :at, created_revision = :revision, updated_at = if_not_exists(updated_at, :at)",
            )
            .condition_expression("attribute_not_exists(created_revision) AND attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":at", time(write.at))
            .expression_attribute_values(":revision", number(write.revision));
        match update_count_if(update).await? {
            ConditionalUpdate::Applied(_) => Ok(CreationOutcome::Applied(1)),
            ConditionalUpdate::ConditionFailed(row) => {
                Ok(match creation_delta(&row, write.revision, write.at)? {
                    Some(delta) => CreationOutcome::Applied(delta),
                    None => CreationOutcome::NumberTaken,
                })
            }
        }
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression(
                "SET deleted_revision = :revision REMOVE updated_at, messages_count, ledger_high, ledger_missing, \
                 ledger_version",
            )
            .condition_expression("attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":revision", number(write.revision))
            .return_values(ReturnValue::AllNew);
        let (ConditionalUpdate::Applied(tombstone) | ConditionalUpdate::ConditionFailed(tombstone)) =
            update_count_if(update).await?;
        Ok(deletion_delta(&tombstone, write.revision)?)
    }
}
