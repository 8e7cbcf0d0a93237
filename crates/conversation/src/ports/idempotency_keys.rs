//! `Idempotency-Key`s and what was decided under them.

use std::time::Duration;

use super::StoreError;
use crate::{RequestId, Timestamp};

/// How long a key belongs to its first request.
pub const KEY_RETENTION: Duration = Duration::from_hours(24);
/// How long an attempt holds a key: longer than a request takes if no call is retried. An attempt that takes longer
/// may lose the key, which does no harm.
pub const KEY_HOLD: Duration = Duration::from_secs(5);

/// A creation that its client may send more than once, to have it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// A digest of the `Idempotency-Key` and of where something is created.
    pub id: String,
    /// A digest of the fields, which tells another request under the same key.
    pub fingerprint: String,
}

/// What an attempt decides before it has any effect, and what every later attempt under the same key repeats.
pub trait Decision: Clone + PartialEq + Send + Sync + Sized {
    /// Writes the decision as one line of text.
    fn encode(&self) -> String;

    /// Reads what [`Decision::encode`] wrote; `None` for anything else.
    fn decode(text: &str) -> Option<Self>;
}

/// What an attempt to claim a key finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim<D> {
    /// The caller holds the key. An earlier attempt may have recorded a decision.
    Held { recorded: Option<D> },
    /// An earlier attempt completed with this decision.
    Completed(D),
    /// Another attempt holds the key.
    InUse,
    /// The key belongs to a request with other fields.
    Reused,
}

#[trait_variant::make(Send)]
pub trait KeepIdempotencyKeys: Send + Sync {
    /// Claims the key for [`KEY_HOLD`].
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError>;

    /// Records the decision of the attempt that holds the key. Returns whether it stands: an attempt that no longer
    /// holds the key is too late.
    async fn record<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        decision: &D,
    ) -> Result<bool, StoreError>;

    /// Marks the decision as carried out.
    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError>;

    /// Ends the hold, so that the next attempt can continue from the recorded decision.
    async fn release(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<(), StoreError>;

    /// Frees the key, as if it had never been used, and removes its decision. A claim or a decision of this attempt that
    /// arrives later has no effect. Returns whether nothing of it is left: another attempt may hold the key by now.
    async fn forget(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<bool, StoreError>;
}
