use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ReadTokenVersions, RotateTokens, Rotation, StoreError, WriteError};
use conversation::{ApplicationId, RequestId, TokenVersion};
use function_environment::{ConfigError, Environment};

use crate::applications::{IS_APPLICATION, get_token_version, is_application, key, table_name};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{number, string};

/// Reads the versions of applications' tokens.
#[derive(Debug, Clone)]
pub struct TokenVersions {
    client: Client,
    table: String,
}

impl TokenVersions {
    /// # Errors
    /// `APPLICATIONS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }
}

impl ReadTokenVersions for TokenVersions {
    async fn token_version(&self, application: &ApplicationId) -> Result<Option<TokenVersion>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .projection_expression("token_version, created_key")
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::new)?;
        let row = output.item.filter(is_application);
        Ok(row.map(|row| get_token_version(&row)).transpose()?)
    }
}

/// Rotates applications' tokens. Its client does not retry, because callers must know whether a rotation may have happened.
#[derive(Debug, Clone)]
pub struct TokenRotations {
    client: Client,
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
        Self { client: Client::new(&without_retries(config)), table: table.to_owned() }
    }
}

impl RotateTokens for TokenRotations {
    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        request_id: &RequestId,
    ) -> Result<Rotation, WriteError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET token_version = :version, rotation = :request_id")
            .condition_expression(format!(
                "{IS_APPLICATION} AND (token_version < :version OR (token_version = :version AND rotation = :request_id))"
            ))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":request_id", string(request_id.as_str()));
        Ok(match aws_outcome::write_with_retry(|| try_update_if(update.clone())).await? {
            ConditionalUpdate::Applied(_) => Rotation::Rotated,
            ConditionalUpdate::ConditionFailed(row) if !is_application(&row) => Rotation::NotFound,
            ConditionalUpdate::ConditionFailed(row) => {
                let present = get_token_version(&row).map_err(WriteError::not_written)?;
                if present == version { Rotation::Taken } else { Rotation::Outdated }
            }
        })
    }
}
