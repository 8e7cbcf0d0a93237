use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use conversation::ApplicationId;
use conversation::ports::{DeleteApplications, StoreError};
use function_environment::{ConfigError, Environment};

use crate::applications::{is_application, key, table_name};
use crate::conditional::update_if;
use crate::counters::{self, Counters};
use crate::item::get_item;

/// The row keeps its key only. Without `listing` and `created_key` it leaves the listing index.
const BURY: &str = "SET deleted = :true REMOVE token_version, issued_by, issued_at, #name, chats_count, ledger_high, ledger_missing, \
                    ledger_version, created_at, updated_at, listing, created_key";

/// Deletes applications: closes the counter of their chats and replaces their row by a tombstone.
#[derive(Debug, Clone)]
pub struct DeletedApplications {
    client: Client,
    applications: String,
    counters: Counters,
}

impl DeletedApplications {
    /// # Errors
    /// `APPLICATIONS_TABLE` or `COUNTERS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?, counters::table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, applications: &str, counters: &str) -> Self {
        Self {
            client: Client::new(config),
            applications: applications.to_owned(),
            counters: Counters::new(config, counters),
        }
    }
}

impl DeleteApplications for DeletedApplications {
    /// First closes the counter, so that no number is allocated in an application that cannot be read. If it fails in
    /// between, a repetition does the rest. An application that never existed leaves no item.
    async fn delete(&self, application: &ApplicationId) -> Result<(), StoreError> {
        // No transaction: it would conflict with the allocations of a busy application.
        self.counters.close_application(application).await?;
        let update = self
            .client
            .update_item()
            .table_name(&self.applications)
            .set_key(Some(key(application)))
            .update_expression(BURY)
            .condition_expression("attribute_exists(id)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        update_if(update).await?;
        Ok(())
    }

    async fn is_deleted(&self, application: &ApplicationId) -> Result<bool, StoreError> {
        let row = get_item(&self.client, &self.applications, key(application), true).await?;
        Ok(row.is_some_and(|row| !is_application(&row)))
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
