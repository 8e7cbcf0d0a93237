use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Ledger, VersionedLedger};

use super::CountItem;
use crate::conditional::{ConditionalUpdate, update_count_if};
use crate::item::{Item, number, numbers, time};

/// What became of an update.
pub(super) enum CountUpdate {
    Applied,
    /// With the item for which the condition failed; empty if there is none.
    ConditionFailed(Item),
    /// Another transaction was changing one of the items.
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
        if let Some(latest) = self.kind.updated_at(seen) {
            set.push("updated_at = :latest");
            values.push((":latest", time(latest)));
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
        Ok(match update_count_if(request).await? {
            ConditionalUpdate::Applied(_) => CountUpdate::Applied,
            ConditionalUpdate::ConditionFailed(item) => CountUpdate::ConditionFailed(item),
        })
    }
}
