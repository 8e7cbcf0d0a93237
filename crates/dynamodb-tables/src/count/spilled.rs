//! The revisions that a ledger spilled, in items beside its own. Each is for [`SPILLED_TOGETHER`] revisions and lists those that
//! are not counted.
//!
//! They change only in a transaction with the item of the count, whose condition is the ledger's version. So all of them change
//! together or not at all, and nobody changes them at the same time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    self, CancellationReason, DeleteRequest, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    WriteRequest,
};
use conversation::ports::StoreError;
use conversation::{Deltas, Ledger, SPILLED_TOGETHER};
use futures_util::future::try_join_all;

use super::CountItem;
use super::update::{CountUpdate, Update};
use crate::item::{get_count, get_item, get_numbers, numbers};

/// The most items in one call. Source: `BatchWriteItem` in the Amazon DynamoDB API reference.
const BATCH: usize = 25;

#[derive(Debug, thiserror::Error)]
#[error("the table was too busy to remove {0} parts of a ledger")]
struct TooBusy(usize);

impl CountItem<'_> {
    /// Those deltas whose revisions were spilled and are not counted.
    pub(super) async fn spilled_among(&self, ledger: &Ledger, deltas: &Deltas) -> Result<Deltas, StoreError> {
        let late = by_item(&ledger.late(deltas));
        let spilled = try_join_all(late.keys().map(|item| self.spilled(*item))).await?;
        Ok(deltas.of(&spilled.into_iter().flatten().collect()))
    }

    async fn spilled(&self, item: u64) -> Result<BTreeSet<u64>, StoreError> {
        let found = get_item(self.client, self.table, self.kind.spilled_key(&self.key, item)?, true).await?;
        Ok(get_numbers(&found.unwrap_or_default(), "ledger_missing")?)
    }

    /// Updates the count, and adds revisions to their items (`ADD`) or removes them (`DELETE`).
    pub(super) async fn apply_with_spilled(
        &self,
        update: Update,
        action: &str,
        revisions: &BTreeSet<u64>,
    ) -> Result<CountUpdate, StoreError> {
        let mut items = vec![self.of_count(update).map_err(StoreError::new)?];
        for (item, revisions) in by_item(revisions) {
            items.push(self.of_spilled(item, action, &revisions)?);
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let Err(error) = sent else { return Ok(CountUpdate::Applied) };
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                canceled.cancellation_reasons()
            }
            _ => return Err(StoreError::new(error)),
        };
        let has = |code| move |reason: &&CancellationReason| reason.code() == Some(code);
        if let Some(failed) = reasons.iter().find(has("ConditionalCheckFailed")) {
            return Ok(CountUpdate::ConditionFailed(failed.item.clone().unwrap_or_default()));
        }
        if reasons.iter().any(|reason| has("TransactionConflict")(&reason)) {
            return Ok(CountUpdate::Conflict);
        }
        Err(StoreError::new(error))
    }

    fn of_count(&self, update: Update) -> Result<TransactWriteItem, BuildError> {
        let update = types::Update::builder()
            .table_name(self.table)
            .set_key(Some(self.key.clone()))
            .update_expression(update.expression)
            .condition_expression(update.condition)
            .set_expression_attribute_values(Some(update.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn of_spilled(
        &self,
        item: u64,
        action: &str,
        revisions: &BTreeSet<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = types::Update::builder()
            .table_name(self.table)
            .set_key(Some(self.kind.spilled_key(&self.key, item)?))
            .update_expression(format!("{action} ledger_missing :revisions"))
            .expression_attribute_values(":revisions", numbers(revisions))
            .build()
            .map_err(StoreError::new)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Removes what the ledger spilled. The tombstone of its parent still says up to which revision.
    pub(crate) async fn forget_spilled(&self) -> Result<(), StoreError> {
        let tombstone = get_item(self.client, self.table, self.key.clone(), true).await?.unwrap_or_default();
        let spilled: u64 = get_count(&tombstone, "ledger_spilled")?;
        if spilled == 0 {
            return Ok(());
        }
        let items: Vec<u64> = (0..=spilled / SPILLED_TOGETHER).collect();
        for items in items.chunks(BATCH) {
            let deletions = items.iter().map(|item| {
                let key = self.kind.spilled_key(&self.key, *item)?;
                let deletion =
                    DeleteRequest::builder().set_key(Some(key)).build().map_err(StoreError::new)?;
                Ok::<_, StoreError>(WriteRequest::builder().delete_request(deletion).build())
            });
            let deletions: Vec<WriteRequest> = deletions.collect::<Result<_, _>>()?;
            let request = self.client.batch_write_item().request_items(self.table, deletions);
            let output = request.send().await.map_err(StoreError::new)?;
            let left: usize = output.unprocessed_items.unwrap_or_default().values().map(Vec::len).sum();
            if left > 0 {
                return Err(StoreError::new(TooBusy(left)));
            }
        }
        Ok(())
    }
}

/// Revisions by the number of their item.
fn by_item(revisions: &BTreeSet<u64>) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut items: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for revision in revisions {
        items.entry(revision / SPILLED_TOGETHER).or_default().insert(*revision);
    }
    items
}
