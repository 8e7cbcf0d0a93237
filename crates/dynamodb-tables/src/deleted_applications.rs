use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ApplicationId;
use conversation::ports::{DeleteApplications, FindDeletedApplications, ForgetLedgers, StoreError};
use function_environment::{ConfigError, Environment};

use crate::applications::{NEWEST_FORM, is_application, key, table_name};
use crate::conditional::update_count_if;
use crate::count::{CountItem, CountKind};
use crate::counters::{self, Counters};
use crate::item::{check_version, get_item};

/// Leaves nothing but the key and `ledger_spilled`, which tells what is left to remove. Without `listing` and `created_key` the item leaves the listing index.
const TO_TOMBSTONE: &str = "REMOVE token_version, rotation_request_id, rotated_at, #name, chats_count, ledger_high, \
                            ledger_missing, ledger_version, created_at, updated_at, listing, created_key, disabled";

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
            .update_expression(TO_TOMBSTONE)
            .condition_expression("attribute_exists(id)")
            .expression_attribute_names("#name", "name");
        update_count_if(update).await?;
        Ok(())
    }
}

impl ForgetLedgers<ApplicationId> for DeletedApplications {
    async fn forget_ledger(&self, application: &ApplicationId) -> Result<(), StoreError> {
        let (client, table) = (&self.client, self.applications.as_str());
        CountItem { client, table, key: key(application), kind: CountKind::Chats }.forget_spilled().await
    }
}

impl FindDeletedApplications for DeletedApplications {
    async fn is_deleted(&self, application: &ApplicationId) -> Result<bool, StoreError> {
        let row = get_item(&self.client, &self.applications, key(application), true).await?;
        let Some(row) = row else { return Ok(false) };
        check_version(&row, NEWEST_FORM)?;
        Ok(!is_application(&row))
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application;

    use super::*;
    use crate::applications::{DISABLED, row};

    #[test]
    fn a_tombstone_has_nothing_but_the_key() {
        let removed: Vec<&str> = TO_TOMBSTONE.trim_start_matches("REMOVE ").split(", ").collect();
        let row = row(&application(1));
        let of_counts = ["ledger_high", "ledger_missing", "ledger_version"];
        let of_rotations = ["rotation_request_id", "rotated_at"];
        let attributes =
            row.keys().map(String::as_str).chain(of_counts).chain(of_rotations).chain([DISABLED]);
        for attribute in attributes.filter(|attribute| *attribute != "id") {
            let name = if attribute == "name" { "#name" } else { attribute };
            assert!(removed.contains(&name), "{attribute}");
        }
    }
}
