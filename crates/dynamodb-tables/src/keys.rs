use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use aws_types::SdkConfig;
use conversation::ports::StoreError;
use conversation::{Claim, Decision, KeepKeys, KeyedRequest, Ticket, Timestamp};

use crate::conditional::{Met, meet};
use crate::item::{Item, Malformed, get_number, number, parsed, string};

/// How long a key belongs to its first request, in seconds.
const KEPT: i64 = 24 * 60 * 60;
/// How long an attempt holds a key, in milliseconds: longer than a request takes in which nothing is
/// tried again. One that takes even longer may lose the key, and does no harm.
const HELD: i64 = 5_000;

/// The table of idempotency keys. DynamoDB removes its items some time after `expires_at`.
#[derive(Debug, Clone)]
pub struct Keys {
    client: Client,
    table: String,
}

impl Keys {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    fn update(&self, request: &KeyedRequest) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("id", string(&request.id))
    }

    /// Puts the key as new, unless it is there; then answers what it is.
    async fn put(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Option<Item>, StoreError> {
        let seconds = now.millis() / 1_000;
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("id", string(&request.id))
            .item("fingerprint", string(&request.fingerprint))
            .item("claimant", string(ticket.as_str()))
            .item("held_until", number(now.millis() + HELD))
            .item("expires_at", number(seconds + KEPT))
            .condition_expression("attribute_not_exists(id) OR expires_at <= :now")
            .expression_attribute_values(":now", number(seconds))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(None),
            Err(PutItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Some(refusal.item.unwrap_or_default()))
            }
            Err(other) => Err(StoreError::new(other)),
        }
    }

    /// Takes the key over from an attempt whose time is up. Of several that try, one succeeds.
    async fn take_over<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        now: Timestamp,
        seen: &Item,
    ) -> Result<Claim<D>, StoreError> {
        let before = seen.get("claimant").cloned().unwrap_or(AttributeValue::Null(true));
        let update = self
            .update(request)
            .update_expression("SET claimant = :ticket, held_until = :until")
            .condition_expression("claimant IN (:before, :ticket) AND attribute_not_exists(done)")
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .expression_attribute_values(":until", number(now.millis() + HELD))
            .expression_attribute_values(":before", before)
            .return_values(ReturnValue::AllNew);
        match meet(update).await? {
            Met::Made(item) => Ok(Claim::Ours { decided: decided(&item)? }),
            Met::Refused(_) => Ok(Claim::InUse),
        }
    }
}

fn decided<D: Decision>(item: &Item) -> Result<Option<D>, Malformed> {
    let text = item.get("decided").and_then(|value| value.as_s().ok());
    text.map(|text| parsed(D::decode(text).ok_or(()), "decided")).transpose()
}

impl KeepKeys for Keys {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        let Some(item) = self.put(request, ticket, now).await? else {
            return Ok(Claim::Ours { decided: None });
        };
        // It was this very call, repeated by the SDK because its answer was lost.
        if item.get("claimant") == Some(&string(ticket.as_str())) {
            return Ok(Claim::Ours { decided: decided(&item)? });
        }
        if item.get("fingerprint") != Some(&string(&request.fingerprint)) {
            return Ok(Claim::Reused);
        }
        if item.contains_key("done") {
            return Ok(decided(&item)?.map_or(Claim::InUse, Claim::Done));
        }
        let held_until: i64 = get_number(&item, "held_until")?;
        if held_until > now.millis() {
            return Ok(Claim::InUse);
        }
        self.take_over(request, ticket, now, &item).await
    }

    async fn decide<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        decision: &D,
    ) -> Result<bool, StoreError> {
        let decision = string(decision.encode());
        let update = self
            .update(request)
            .update_expression("SET decided = :decision")
            .condition_expression("claimant = :ticket")
            .expression_attribute_values(":decision", decision.clone())
            .expression_attribute_values(":ticket", string(ticket.as_str()));
        match meet(update).await? {
            Met::Made(_) => Ok(true),
            // Whoever has the key now may have found this very decision, if the answer was lost before.
            Met::Refused(item) => Ok(item.get("decided") == Some(&decision)),
        }
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        let update = self
            .update(request)
            .update_expression("SET done = :true")
            .condition_expression("decided = :decision")
            .expression_attribute_values(":decision", string(decision.encode()))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        meet(update).await?;
        Ok(())
    }

    async fn release(&self, request: &KeyedRequest, ticket: &Ticket) -> Result<(), StoreError> {
        let update = self
            .update(request)
            .update_expression("SET held_until = :over")
            .condition_expression("claimant = :ticket")
            .expression_attribute_values(":over", number(0))
            .expression_attribute_values(":ticket", string(ticket.as_str()));
        meet(update).await?;
        Ok(())
    }

    async fn forget(&self, request: &KeyedRequest, ticket: &Ticket) -> Result<bool, StoreError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", string(&request.id))
            .condition_expression("attribute_not_exists(id) OR claimant = :ticket")
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .send()
            .await;
        match answer.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(true),
            Err(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            Err(other) => Err(StoreError::new(other)),
        }
    }
}
