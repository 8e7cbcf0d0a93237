use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::{Deltas, VersionedLedger};

use super::CountItem;
use super::kind::CountKind;
use crate::item::{number, time};

impl CountItem<'_> {
    /// Adds `outstanding` to the count and to the ledger, unless the ledger is no longer the one that was `seen`.
    pub(super) fn update(&self, seen: &VersionedLedger, outstanding: &Deltas) -> UpdateItemFluentBuilder {
        let next = seen.ledger.with(outstanding);
        let mut set = vec!["ledger_high = :high"];
        let mut remove = "";
        let mut update = self.client.update_item().table_name(self.table).set_key(Some(self.key.clone()));
        if next.missing.is_empty() {
            remove = " REMOVE ledger_missing";
        } else {
            set.push("ledger_missing = :missing");
            let numbers = next.missing.iter().map(u64::to_string).collect();
            update = update.expression_attribute_values(":missing", AttributeValue::Ns(numbers));
        }
        if let CountKind::Messages { latest } = self.kind {
            set.push("updated_at = :latest");
            let latest = seen.updated_at.map_or(latest, |at| at.max(latest));
            update = update.expression_attribute_values(":latest", time(latest));
        }
        let unchanged = if seen.version == 0 {
            "attribute_not_exists(ledger_version)"
        } else {
            update = update.expression_attribute_values(":version", number(seen.version));
            "ledger_version = :version"
        };
        update
            .update_expression(format!(
                "SET {}{remove} ADD {} :delta, ledger_version :one",
                set.join(", "),
                self.kind.attribute()
            ))
            .condition_expression(format!("{} AND {unchanged}", self.kind.condition()))
            .expression_attribute_values(":high", number(next.high))
            .expression_attribute_values(":delta", number(outstanding.total()))
            .expression_attribute_values(":one", number(1))
    }
}
