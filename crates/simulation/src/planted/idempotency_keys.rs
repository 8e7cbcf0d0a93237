use conversation::ports::{Claim, Decision, KeepIdempotencyKeys, KeyedRequest, StoreError};
use conversation::{RequestId, Timestamp};
use dynamodb_tables::IdempotencyKeys;

use super::{Bug, Planted};

impl KeepIdempotencyKeys for Planted<IdempotencyKeys> {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        let claim = self.port.claim(request, attempt_id, now).await?;
        Ok(match claim {
            Claim::Held { .. } | Claim::Completed(_) if self.bug == Bug::ForgetsKeys => {
                Claim::Held { recorded: None }
            }
            claim => claim,
        })
    }

    async fn record<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        decision: &D,
    ) -> Result<bool, StoreError> {
        let is_recorded = self.port.record(request, attempt_id, decision).await?;
        Ok(is_recorded || self.bug == Bug::ForgetsKeys)
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        self.port.complete(request, decision).await
    }

    async fn release(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<(), StoreError> {
        self.port.release(request, attempt_id).await
    }

    async fn forget(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<bool, StoreError> {
        self.port.forget(request, attempt_id).await
    }
}
