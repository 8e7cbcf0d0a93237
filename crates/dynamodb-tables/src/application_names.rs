use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{RenameApplications, RenameOutcome, WriteError};
use conversation::{Caller, Name, Timestamp};
use function_environment::{ConfigError, Environment};

use crate::applications::{IS_APPLICATION, is_application, key, parse, table_name};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{number, string, time};

/// Renames applications. Its client does not retry, because callers must know whether a rename may have happened.
#[derive(Debug, Clone)]
pub struct ApplicationNames {
    client: Client,
    table: String,
}

impl ApplicationNames {
    /// # Errors
    /// `APPLICATIONS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(&without_retries(config)), table: table.to_owned() }
    }
}

impl RenameApplications for ApplicationNames {
    async fn rename(&self, caller: &Caller, name: &Name, at: Timestamp) -> Result<RenameOutcome, WriteError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&caller.application)))
            .update_expression("SET #name = :name, updated_at = :at")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", string(name.as_str()))
            .expression_attribute_values(":at", time(at))
            .return_values(ReturnValue::AllNew);
        let update = match caller.token_version {
            Some(version) => update
                .condition_expression(format!("{IS_APPLICATION} AND token_version <= :version"))
                .expression_attribute_values(":version", number(version)),
            None => update.condition_expression(IS_APPLICATION),
        };
        Ok(match aws_outcome::write_with_retry(|| try_update_if(update.clone())).await? {
            // If its row cannot be read, it was renamed all the same.
            ConditionalUpdate::Applied(item) => parse(item)
                .map_err(WriteError::outcome_unknown)?
                .map_or(RenameOutcome::NotFound, RenameOutcome::Renamed),
            ConditionalUpdate::ConditionFailed(row) if is_application(&row) => RenameOutcome::TokenRevoked,
            ConditionalUpdate::ConditionFailed(_) => RenameOutcome::NotFound,
        })
    }
}
