use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use conversation::ports::{Claim, Decision, KEY_HOLD, KEY_RETENTION, KeyedRequest, StoreError};
use conversation::{RequestId, Timestamp};

use super::{IdempotencyKeys, is_forgotten};
use crate::conditional::{ConditionalUpdate, put_if, update_if};
use crate::item::{Item, Malformed, get_number, number, parsed, string};

impl IdempotencyKeys {
    /// Stores the key if it is new, has expired, or was forgotten by another attempt. Otherwise returns its item.
    pub(super) async fn put_new(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Option<Item>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("id", string(&request.id))
            .item("fingerprint", string(&request.fingerprint))
            .item("claimant", string(attempt_id.as_str()))
            .item("held_until", number(millis_after(now, KEY_HOLD)))
            .item("expires_at", number(seconds(millis_after(now, KEY_RETENTION))))
            .condition_expression(
                "attribute_not_exists(id) OR expires_at <= :now OR (forgotten_by = claimant AND claimant <> :attempt_id)",
            )
            .expression_attribute_values(":attempt_id", string(attempt_id.as_str()))
            .expression_attribute_values(":now", number(seconds(now.millis())));
        put_if(put).await
    }

    /// Claims a key that an attempt stored before.
    pub(super) async fn claim_existing<D: Decision>(
        &self,
        key: &Item,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        if is_forgotten(key) {
            return Ok(Claim::InUse);
        }
        // The reply to this very claim was lost, and the SDK repeated it.
        if key.get("claimant") == Some(&string(attempt_id.as_str())) {
            return Ok(Claim::Held { recorded: recorded(key)? });
        }
        if key.get("fingerprint") != Some(&string(&request.fingerprint)) {
            return Ok(Claim::Reused);
        }
        if key.contains_key("done") {
            return Ok(recorded(key)?.map_or(Claim::InUse, Claim::Completed));
        }
        let held_until: i64 = get_number(key, "held_until")?;
        if held_until > now.millis() {
            return Ok(Claim::InUse);
        }
        self.take_over(key, request, attempt_id, now).await
    }

    /// Takes the key over from an attempt whose hold ended. Of several attempts that try, one succeeds.
    async fn take_over<D: Decision>(
        &self,
        key: &Item,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        let before = key.get("claimant").cloned().unwrap_or(AttributeValue::Null(true));
        let update = self
            .update(request)
            .update_expression("SET claimant = :attempt_id, held_until = :until")
            .condition_expression("claimant IN (:before, :attempt_id) AND attribute_not_exists(done)")
            .expression_attribute_values(":attempt_id", string(attempt_id.as_str()))
            .expression_attribute_values(":until", number(millis_after(now, KEY_HOLD)))
            .expression_attribute_values(":before", before)
            .return_values(ReturnValue::AllNew);
        match update_if(update).await? {
            ConditionalUpdate::Applied(key) => Ok(Claim::Held { recorded: recorded(&key)? }),
            ConditionalUpdate::ConditionFailed(_) => Ok(Claim::InUse),
        }
    }
}

fn recorded<D: Decision>(key: &Item) -> Result<Option<D>, Malformed> {
    let text = key.get("decided").and_then(|value| value.as_s().ok());
    text.map(|text| parsed(D::decode(text).ok_or(()), "decided")).transpose()
}

fn millis_after(now: Timestamp, duration: Duration) -> i64 {
    now.millis().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

/// DynamoDB expires items by seconds.
fn seconds(millis: i64) -> i64 {
    millis / 1_000
}

#[cfg(test)]
mod tests {
    use conversation::MessageNumber;
    use conversation::acceptance::ReservedNumber;
    use conversation::fake::samples::revision;

    use super::*;
    use crate::item::item;

    type Recorded = Option<ReservedNumber<MessageNumber>>;

    #[test]
    fn a_key_expires_a_day_after_its_first_attempt() {
        let now = Timestamp::from_millis(1_763_700_000_007);
        assert_eq!(millis_after(now, KEY_HOLD), 1_763_700_005_007);
        assert_eq!(seconds(millis_after(now, KEY_RETENTION)), 1_763_700_000 + 24 * 60 * 60);
    }

    #[test]
    fn a_recorded_decision_is_decoded() {
        let number = MessageNumber::new(7).unwrap();
        let decision = ReservedNumber { number, revision: revision(9), at: Timestamp::from_millis(5) };
        let found: Result<Recorded, _> = recorded(&item([("decided", string("7 9 5"))]));
        assert_eq!(found, Ok(Some(decision)));
        let found: Result<Recorded, _> = recorded(&item([("id", string("k"))]));
        assert_eq!(found, Ok(None));
    }

    #[test]
    fn an_unknown_form_of_a_decision_is_an_error() {
        let found: Result<Recorded, _> = recorded(&item([("decided", string("7"))]));
        assert_eq!(found.unwrap_err().to_string(), "attribute decided is missing or malformed");
    }
}
