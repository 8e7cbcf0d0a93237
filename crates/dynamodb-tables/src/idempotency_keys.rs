mod claim;
mod forget;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use conversation::ports::{Claim, Decision, KeepIdempotencyKeys, KeyedRequest, StoreError};
use conversation::{RequestId, Timestamp};
use function_environment::{ConfigError, Environment};

use crate::conditional::{ConditionalUpdate, update_if};
use crate::item::{Item, number, string};

pub use forget::ForgottenKeys;

/// The table of idempotency keys. DynamoDB deletes an item some time after its `expires_at`.
#[derive(Debug, Clone)]
pub struct IdempotencyKeys {
    client: Client,
    table: String,
}

impl IdempotencyKeys {
    /// # Errors
    /// `IDEMPOTENCY_KEYS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let wanted = "the name of the table of idempotency keys";
        Ok(Self::new(&environment.sdk, environment.variables.required("IDEMPOTENCY_KEYS_TABLE", wanted)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    fn update(&self, request: &KeyedRequest) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("id", string(&request.id))
    }
}

/// Whether the last attempt that held the key forgot it. Its id stays, so that a copy of its claim that arrives late
/// cannot claim the key again, and no copy of its decision can be recorded.
fn is_forgotten(key: &Item) -> bool {
    key.get("forgotten_by").is_some_and(|attempt| key.get("claimant") == Some(attempt))
}

impl KeepIdempotencyKeys for IdempotencyKeys {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        match self.put_new(request, attempt_id, now).await? {
            None => Ok(Claim::Held { recorded: None }),
            Some(key) => self.claim_existing(&key, request, attempt_id, now).await,
        }
    }

    async fn record<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        decision: &D,
    ) -> Result<bool, StoreError> {
        let decision = string(decision.encode());
        let update = self
            .update(request)
            .update_expression("SET decided = :decision")
            .condition_expression(
                "claimant = :attempt_id AND (attribute_not_exists(forgotten_by) OR forgotten_by <> :attempt_id)",
            )
            .expression_attribute_values(":decision", decision.clone())
            .expression_attribute_values(":attempt_id", string(attempt_id.as_str()));
        match update_if(update).await? {
            ConditionalUpdate::Applied(_) => Ok(true),
            // If the reply to the first try was lost, another attempt may hold the key now, with this decision.
            ConditionalUpdate::ConditionFailed(key) => Ok(key.get("decided") == Some(&decision)),
        }
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        let update = self
            .update(request)
            .update_expression("SET done = :true")
            .condition_expression("decided = :decision")
            .expression_attribute_values(":decision", string(decision.encode()))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        update_if(update).await?;
        Ok(())
    }

    async fn release(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<(), StoreError> {
        let update = self
            .update(request)
            .update_expression("SET held_until = :over")
            .condition_expression("claimant = :attempt_id")
            .expression_attribute_values(":over", number(0))
            .expression_attribute_values(":attempt_id", string(attempt_id.as_str()));
        update_if(update).await?;
        Ok(())
    }

    async fn forget(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<bool, StoreError> {
        let update = self
            .update(request)
            .update_expression("SET forgotten_by = :attempt_id, held_until = :over REMOVE decided")
            .condition_expression("claimant = :attempt_id")
            .expression_attribute_values(":over", number(0))
            .expression_attribute_values(":attempt_id", string(attempt_id.as_str()));
        Ok(match update_if(update).await? {
            ConditionalUpdate::Applied(_) => true,
            ConditionalUpdate::ConditionFailed(key) => key.is_empty() || is_forgotten(&key),
        })
    }
}
