use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Ledger, VersionedLedger};

use super::CountItem;
use super::kind::CountKind;
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{Item, number, numbers, time};

/// What became of an update.
pub(super) enum CountUpdate {
    Applied,
    /// With the item for which the condition failed; empty if there is none.
    ConditionFailed(Item),
    /// A transaction was changing the item.
    Conflict,
}

/// The change of the item that holds a count.
pub(super) struct Update {
    pub(super) expression: String,
    pub(super) condition: String,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl CountItem<'_> {
    /// Adds `total` to the count and replaces its ledger, unless it is no longer the one that was `seen`.
    pub(super) fn update(&self, seen: &VersionedLedger, ledger: &Ledger, total: i64) -> Update {
        let mut set = vec!["ledger_high = :high"];
        let mut remove = "";
        let mut values = vec![(":high", number(ledger.high)), (":delta", number(total)), (":one", number(1))];
        if ledger.missing.is_empty() {
            remove = " REMOVE ledger_missing";
        } else {
            set.push("ledger_missing = :missing");
            values.push((":missing", numbers(&ledger.missing)));
        }
        if ledger.spilled != seen.ledger.spilled {
            set.push("ledger_spilled = :spilled");
            values.push((":spilled", number(ledger.spilled)));
        }
        if let CountKind::Messages { latest } = self.kind {
            set.push("updated_at = :latest");
            values.push((":latest", time(seen.updated_at.map_or(latest, |at| at.max(latest)))));
        }
        let unchanged = if seen.version == 0 {
            "attribute_not_exists(ledger_version)"
        } else {
            values.push((":version", number(seen.version)));
            "ledger_version = :version"
        };
        let (set, count) = (set.join(", "), self.kind.attribute());
        Update {
            expression: format!("SET {set}{remove} ADD {count} :delta, ledger_version :one"),
            condition: format!("{} AND {unchanged}", self.kind.condition()),
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }

    pub(super) async fn apply(&self, update: Update) -> Result<CountUpdate, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(self.table)
            .set_key(Some(self.key.clone()))
            .update_expression(update.expression)
            .condition_expression(update.condition)
            .set_expression_attribute_values(Some(update.values));
        match try_update_if(request).await {
            Ok(ConditionalUpdate::Applied(_)) => Ok(CountUpdate::Applied),
            Ok(ConditionalUpdate::ConditionFailed(item)) => Ok(CountUpdate::ConditionFailed(item)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::TransactionConflictException(_)) => Ok(CountUpdate::Conflict),
                _ => Err(StoreError::new(error)),
            },
        }
    }
}
