use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ReadTokenVersions, RotateTokens, Rotation, StoreError, TokenIssue, WriteError};
use conversation::{Application, ApplicationId, TokenVersion};
use function_environment::{ConfigError, Environment};

use crate::applications::{IS_APPLICATION, get_token_version, is_application, key, parse, table_name};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::{Item, Malformed, get_item, get_time, number, parsed, string, time};

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
    async fn latest_issue(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<(Application, Option<TokenIssue>)>, StoreError> {
        let row = get_item(&self.client, &self.table, key(application), true).await?.unwrap_or_default();
        let issue = latest_issue(&row)?;
        Ok(parse(row)?.map(|application| (application, issue)))
    }

    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        issue: &TokenIssue,
    ) -> Result<Rotation, WriteError> {
        let update = self
            .client_without_retries
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET token_version = :version, issued_by = :request, issued_at = :at")
            .condition_expression(format!(
                "{IS_APPLICATION} AND (token_version < :version OR (token_version = :version AND issued_by = :request))"
            ))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":request", string(&issue.request))
            .expression_attribute_values(":at", time(issue.at));
        Ok(match aws_outcome::write_with_retry(|| try_update_if(update.clone())).await? {
            ConditionalUpdate::Applied(_) => Rotation::Rotated,
            ConditionalUpdate::ConditionFailed(row) if is_application(&row) => Rotation::Superseded,
            ConditionalUpdate::ConditionFailed(_) => Rotation::NotFound,
        })
    }
}

fn latest_issue(row: &Item) -> Result<Option<TokenIssue>, Malformed> {
    let Some(request) = row.get("issued_by") else { return Ok(None) };
    let request = parsed(request.as_s(), "issued_by")?.clone();
    Ok(Some(TokenIssue { request, at: get_time(row, "issued_at")? }))
}
