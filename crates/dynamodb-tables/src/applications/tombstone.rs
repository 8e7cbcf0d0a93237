use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ApplicationId;
use conversation::ports::StoreError;

use super::Applications;
use super::row::key;
use crate::conditional::update_if;

/// The row keeps its key only. Without `listing` and `created_key` it leaves the listing index.
const BURY: &str = "SET deleted = :true REMOVE token_version, #name, chats_count, ledger_high, ledger_missing, \
                    ledger_version, created_at, updated_at, listing, created_key";

impl Applications {
    /// Replaces the application's row by a tombstone. Does nothing if there is no row. Repeating it has no further effect.
    pub(crate) async fn bury(&self, application: &ApplicationId) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression(BURY)
            .condition_expression("attribute_exists(id)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        update_if(update).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application;

    use super::*;
    use crate::applications::row;

    #[test]
    fn a_tombstone_keeps_nothing_but_the_key() {
        let removed: Vec<&str> = BURY.split_once("REMOVE ").unwrap().1.split(", ").collect();
        for attribute in row(&application(1)).keys().filter(|attribute| *attribute != "id") {
            let name = if attribute == "name" { "#name" } else { attribute };
            assert!(removed.contains(&name), "{attribute}");
        }
    }
}
