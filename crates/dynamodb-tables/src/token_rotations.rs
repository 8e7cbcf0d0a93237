use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{LastRotation, RotateTokens, RotationOutcome, StoreError, WriteError};
use conversation::{Application, ApplicationId, TokenVersion};
use function_environment::{ConfigError, Environment};

use crate::applications::{IS_APPLICATION, is_application, key, parse, table_name};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{Item, Malformed, get_item, get_time, number, parsed, string, time};

/// Rotates applications' tokens.
#[derive(Debug, Clone)]
pub struct TokenRotations {
    client: Client,
    /// For the write, whose callers must know whether it may have happened.
    client_without_retries: Client,
    table: String,
}

impl TokenRotations {
    /// # Errors
    /// `APPLICATIONS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self {
            client: Client::new(config),
            client_without_retries: Client::new(&without_retries(config)),
            table: table.to_owned(),
        }
    }
}

impl RotateTokens for TokenRotations {
    async fn last_rotation(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<(Application, Option<LastRotation>)>, StoreError> {
        let row = get_item(&self.client, &self.table, key(application), true).await?.unwrap_or_default();
        let rotation = last_rotation(&row)?;
        Ok(parse(row)?.map(|application| (application, rotation)))
    }

    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        rotation: &LastRotation,
    ) -> Result<RotationOutcome, WriteError> {
        let update = self
            .client_without_retries
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET token_version = :version, rotation_request_id = :request_id, rotated_at = :at")
            .condition_expression(format!(
                "{IS_APPLICATION} AND (token_version < :version OR (token_version = :version AND rotation_request_id = :request_id))"
            ))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":request_id", string(&rotation.request_id))
            .expression_attribute_values(":at", time(rotation.at));
        Ok(match aws_outcome::write_with_retry(|| try_update_if(update.clone())).await? {
            ConditionalUpdate::Applied(_) => RotationOutcome::Rotated,
            ConditionalUpdate::ConditionFailed(row) if is_application(&row) => RotationOutcome::Superseded,
            ConditionalUpdate::ConditionFailed(_) => RotationOutcome::NotFound,
        })
    }
}

fn last_rotation(row: &Item) -> Result<Option<LastRotation>, Malformed> {
    let Some(request_id) = row.get("rotation_request_id") else { return Ok(None) };
    let request_id = parsed(request_id.as_s(), "rotation_request_id")?.clone();
    Ok(Some(LastRotation { request_id, at: get_time(row, "rotated_at")? }))
}
