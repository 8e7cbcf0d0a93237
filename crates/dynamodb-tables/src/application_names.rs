use std::sync::atomic::{AtomicU32, Ordering};

use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{RenameApplications, RenameOutcome, WriteError};
use conversation::{Caller, Name, Timestamp};
use function_environment::{ConfigError, Environment};

use crate::applications::{IS_APPLICATION, get_token_version, is_application, key, parse, table_name};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{Item, Malformed, get_time, number, string, time};

/// How often a rename that meets a newer one is tried.
const ATTEMPTS: u32 = 4;

/// Whether an earlier attempt had an effect can no longer be told.
#[derive(Debug, thiserror::Error)]
#[error("the application was renamed or its token was revoked after an earlier attempt failed")]
struct ChangedMeanwhile;

#[derive(Debug, thiserror::Error)]
#[error("other requests renamed the application before each of {ATTEMPTS} attempts")]
struct TooManyRenames;

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

impl ApplicationNames {
    /// The name changes only if the last change is older than `at`, so that a call that takes effect late replaces no newer
    /// name. If the last change is this very one, its reply was lost. Between a rename whose outcome is unknown and an
    /// accepted one, the functions' clocks decide.
    fn update(&self, caller: &Caller, name: &Name, at: Timestamp) -> UpdateItemFluentBuilder {
        let is_newest = "(updated_at < :at OR (updated_at = :at AND #name = :name))";
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
        match caller.token_version {
            Some(version) => update
                .condition_expression(format!(
                    "{IS_APPLICATION} AND {is_newest} AND token_version <= :version"
                ))
                .expression_attribute_values(":version", number(version)),
            None => update.condition_expression(format!("{IS_APPLICATION} AND {is_newest}")),
        }
    }
}

/// Why the application in `row` cannot be renamed; `None` if only its last change is too new.
fn refusal(caller: &Caller, row: &Item) -> Result<Option<RenameOutcome>, Malformed> {
    if !is_application(row) {
        return Ok(Some(RenameOutcome::NotFound));
    }
    let is_revoked = caller.require_valid(get_token_version(row)?).is_err();
    Ok(is_revoked.then_some(RenameOutcome::TokenRevoked))
}

impl RenameApplications for ApplicationNames {
    async fn rename(&self, caller: &Caller, name: &Name, at: Timestamp) -> Result<RenameOutcome, WriteError> {
        let mut at = at;
        for _ in 0..ATTEMPTS {
            let update = self.update(caller, name, at);
            let calls = AtomicU32::new(0);
            let updated = aws_outcome::write_with_retry(|| {
                calls.fetch_add(1, Ordering::Relaxed);
                try_update_if(update.clone())
            });
            let row = match updated.await? {
                // If its row cannot be read, it was renamed all the same.
                ConditionalUpdate::Applied(row) => {
                    let renamed = parse(row).map_err(WriteError::outcome_unknown)?;
                    return Ok(renamed.map_or(RenameOutcome::NotFound, RenameOutcome::Renamed));
                }
                ConditionalUpdate::ConditionFailed(row) => row,
            };
            let refusal = refusal(caller, &row).map_err(WriteError::outcome_unknown)?;
            if calls.into_inner() > 1 && refusal != Some(RenameOutcome::NotFound) {
                return Err(WriteError::outcome_unknown(ChangedMeanwhile));
            }
            if let Some(refusal) = refusal {
                return Ok(refusal);
            }
            // The clocks of two functions differ, or two requests came at once.
            let newest = get_time(&row, "updated_at").map_err(WriteError::outcome_unknown)?;
            at = Timestamp::from_millis(newest.millis() + 1);
        }
        Err(WriteError::not_written(TooManyRenames))
    }
}
