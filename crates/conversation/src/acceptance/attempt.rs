use crate::ports::{Claim, Decision, KeepIdempotencyKeys, KeyedRequest, StoreError, error_chain};
use crate::{Failure, Problem, RequestId, Timestamp};

/// One attempt at a creation. Without an idempotency key it calls no store.
#[derive(Debug)]
pub(super) struct Attempt<'a, Keys> {
    claimed: Option<Claimed<'a, Keys>>,
}

#[derive(Debug)]
struct Claimed<'a, Keys> {
    keys: &'a Keys,
    request: KeyedRequest,
    /// Identifies this attempt among all under the key.
    attempt_id: RequestId,
}

/// What earlier attempts under the same key left.
#[derive(Debug)]
pub(super) enum Earlier<D> {
    /// There was no attempt, or none that decided anything.
    Nothing,
    /// A decision that may have been carried out.
    Recorded(D),
    /// A decision that was carried out.
    Completed(D),
}

/// A decision could not be recorded.
#[derive(Debug)]
pub(super) struct NotRecorded {
    pub(super) failure: Failure,
    /// Whether it is certain that no other attempt will carry the decision out.
    pub(super) unused: bool,
}

impl<'a, Keys: KeepIdempotencyKeys> Attempt<'a, Keys> {
    /// Claims the key, if the request has one.
    ///
    /// # Errors
    /// [`Problem::IdempotencyKeyInUse`], [`Problem::IdempotencyKeyReused`], or the key could not be claimed.
    pub(super) async fn begin<D: Decision>(
        keys: &'a Keys,
        request: Option<KeyedRequest>,
        now: Timestamp,
    ) -> Result<(Self, Earlier<D>), Failure> {
        let Some(request) = request else { return Ok((Self { claimed: None }, Earlier::Nothing)) };
        let attempt_id = RequestId::random().map_err(StoreError::new)?;
        let earlier = match keys.claim(&request, &attempt_id, now).await? {
            Claim::Held { recorded: None } => Earlier::Nothing,
            Claim::Held { recorded: Some(decision) } => Earlier::Recorded(decision),
            Claim::Completed(decision) => Earlier::Completed(decision),
            Claim::InUse => return Err(Problem::IdempotencyKeyInUse.into()),
            Claim::Reused => return Err(Problem::IdempotencyKeyReused.into()),
        };
        Ok((Self { claimed: Some(Claimed { keys, request, attempt_id }) }, earlier))
    }

    /// Records the decision before it is carried out.
    pub(super) async fn record(&self, decision: &impl Decision) -> Result<(), NotRecorded> {
        let Some(Claimed { keys, request, attempt_id }) = &self.claimed else { return Ok(()) };
        match keys.record(request, attempt_id, decision).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NotRecorded { failure: Problem::IdempotencyKeyInUse.into(), unused: true }),
            // It may have been recorded: its reply may be what was lost.
            Err(error) => Err(NotRecorded { failure: error.into(), unused: self.forget().await }),
        }
    }

    /// Marks the decision as carried out. If that fails, the next attempt carries it out again, to the same effect.
    pub(super) async fn complete(&self, decision: &impl Decision) {
        if let Some(Claimed { keys, request, .. }) = &self.claimed
            && let Err(error) = keys.complete(request, decision).await
        {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not mark an idempotency key as completed; a retry repeats its creation");
        }
    }

    /// Lets the next attempt continue at once. If that fails, it has to wait until the hold ends.
    pub(super) async fn release(&self) {
        if let Some(Claimed { keys, request, attempt_id }) = &self.claimed
            && let Err(error) = keys.release(request, attempt_id).await
        {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not release an idempotency key; it stays held for some seconds");
        }
    }

    /// Removes the key with the decision. Returns whether it is certain that no other attempt will carry the decision
    /// out.
    pub(super) async fn forget(&self) -> bool {
        let Some(Claimed { keys, request, attempt_id }) = &self.claimed else { return true };
        keys.forget(request, attempt_id).await.unwrap_or_else(|error| {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not remove an idempotency key after a failed creation; it stays held for some seconds");
            false
        })
    }
}
