use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use conversation::ports::StoreError;

use crate::item::Item;

/// What an update on a condition came to.
pub(crate) enum Met {
    /// It was made; the item as `return_values` asked for it.
    Made(Item),
    /// The condition did not hold for this item; without attributes where there is none.
    Refused(Item),
}

/// Updates an item on a condition. That it does not hold is an answer, and no error.
pub(crate) async fn meet(update: UpdateItemFluentBuilder) -> Result<Met, StoreError> {
    let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    match update.send().await {
        Ok(answer) => Ok(Met::Made(answer.attributes.unwrap_or_default())),
        Err(error) => match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(refusal) => {
                Ok(Met::Refused(refusal.item.unwrap_or_default()))
            }
            other => Err(StoreError::new(other)),
        },
    }
}
