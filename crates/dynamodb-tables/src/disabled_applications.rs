use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use conversation::ApplicationId;
use conversation::ports::{DisableApplications, StoreError};

use crate::applications::{DISABLED, IS_APPLICATION, key};
use crate::conditional::{ConditionalUpdate, update_count_if};

/// Disables and enables applications.
#[derive(Debug, Clone)]
pub struct DisabledApplications {
    client: Client,
    table: String,
}

impl DisabledApplications {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }
}

impl DisableApplications for DisabledApplications {
    async fn set_disabled(&self, application: &ApplicationId, is_disabled: bool) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .condition_expression(IS_APPLICATION)
            .expression_attribute_names("#disabled", DISABLED);
        let update = if is_disabled {
            update
                .update_expression("SET #disabled = :true")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
        } else {
            update.update_expression("REMOVE #disabled")
        };
        Ok(matches!(update_count_if(update).await?, ConditionalUpdate::Applied(_)))
    }
}
