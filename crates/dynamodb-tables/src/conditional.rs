//! Writes with a condition. A condition that fails is a result, not an error.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use conversation::ports::StoreError;
use tokio::time::sleep;

use crate::item::Item;

/// How often an update is tried that meets a transaction with its item, which refuses it. The SDK does not repeat it.
const ATTEMPTS: u32 = 5;
/// How long to wait for a transaction with the same item: it takes about that long.
pub(crate) const TRANSACTION_PAUSE: Duration = Duration::from_millis(10);

/// What became of an update with a condition.
#[derive(Debug)]
pub(crate) enum ConditionalUpdate {
    /// With the item as `return_values` asks for it.
    Applied(Item),
    /// With the item for which the condition failed; empty if there is none.
    ConditionFailed(Item),
}

pub(crate) async fn update_if(update: UpdateItemFluentBuilder) -> Result<ConditionalUpdate, StoreError> {
    try_update_if(update).await.map_err(StoreError::new)
}

/// As [`update_if`], with an error that shows whether the update may have had its effect.
pub(crate) async fn try_update_if(
    update: UpdateItemFluentBuilder,
) -> Result<ConditionalUpdate, SdkError<UpdateItemError>> {
    match update.return_values_on_condition_check_failure(AllOld).send().await {
        Ok(output) => Ok(ConditionalUpdate::Applied(output.attributes.unwrap_or_default())),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                Ok(ConditionalUpdate::ConditionFailed(failed.item.clone().unwrap_or_default()))
            }
            _ => Err(error),
        },
    }
}

/// As [`update_if`], of an item that transactions change, too: a count.
pub(crate) async fn update_count_if(
    update: UpdateItemFluentBuilder,
) -> Result<ConditionalUpdate, StoreError> {
    let mut attempt = 1;
    loop {
        match try_update_if(update.clone()).await {
            Err(error) if attempt < ATTEMPTS && is_conflict(&error) => {}
            updated => return updated.map_err(StoreError::new),
        }
        sleep(TRANSACTION_PAUSE).await;
        attempt += 1;
    }
}

/// Whether a transaction was changing the item.
fn is_conflict(error: &SdkError<UpdateItemError>) -> bool {
    matches!(error.as_service_error(), Some(UpdateItemError::TransactionConflictException(_)))
}

/// Puts an item. If the condition fails, returns the item that is there instead.
pub(crate) async fn put_if(put: PutItemFluentBuilder) -> Result<Option<Item>, StoreError> {
    match put.return_values_on_condition_check_failure(AllOld).send().await {
        Ok(_) => Ok(None),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                Ok(Some(failed.item.clone().unwrap_or_default()))
            }
            _ => Err(StoreError::new(error)),
        },
    }
}

/// Deletes an item. Returns whether the condition held.
pub(crate) async fn delete_if(delete: DeleteItemFluentBuilder) -> Result<bool, StoreError> {
    match delete.send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::new(error)),
        },
    }
}
