use conversation::ports::{ReadTokenVersions, RotateTokens, Rotation, StoreError, WriteError};
use conversation::{ApplicationId, TokenVersion};

use super::Applications;
use super::row::{IS_APPLICATION, get_token_version, is_application, key};
use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::item::number;

impl ReadTokenVersions for Applications {
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

impl RotateTokens for Applications {
    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
    ) -> Result<Rotation, WriteError> {
        let update = self
            .client_without_retries
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET token_version = :version")
            // An equal version is this rotation's own: an earlier attempt had its effect.
            .condition_expression(format!("{IS_APPLICATION} AND token_version <= :version"))
            .expression_attribute_values(":version", number(version));
        Ok(match aws_outcome::write(|| try_update_if(update.clone())).await? {
            ConditionalUpdate::Applied(_) => Rotation::Rotated,
            ConditionalUpdate::ConditionFailed(row) if is_application(&row) => Rotation::Outdated,
            ConditionalUpdate::ConditionFailed(_) => Rotation::NotFound,
        })
    }
}
