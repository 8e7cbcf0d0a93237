use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ReadTokenVersions, StoreError};
use conversation::{ApplicationId, TenantAccess};
use function_environment::{ConfigError, Environment};

use crate::applications::{DISABLED, get_access, is_application, key, table_name};

/// Reads the versions of applications' tokens, and whether they open their applications.
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
    async fn tenant_access(&self, application: &ApplicationId) -> Result<Option<TenantAccess>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .projection_expression("row_version, token_version, created_key, #disabled")
            .expression_attribute_names("#disabled", DISABLED)
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::new)?;
        let row = output.item.filter(is_application);
        Ok(row.map(|row| get_access(&row)).transpose()?)
    }
}
