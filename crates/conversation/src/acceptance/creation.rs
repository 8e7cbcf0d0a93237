use futures_util::future::join;

use super::attempt::{Attempt, Earlier, NotRecorded};
use crate::ports::{Decision, KeepIdempotencyKeys, KeyedRequest, WriteError};
use crate::{Failure, Timestamp};

/// Something that clients create: an application, a chat or a message. [`create`] drives it.
#[trait_variant::make(Send)]
pub trait Creation: Sync {
    /// What is to be created. Every attempt under one idempotency key carries out the same decision.
    type Decision: Decision;
    /// What [`Creation::undo`] needs to undo the reservation.
    type Reservation: Send + Sync;

    /// Decides what is to be created, and reserves it.
    ///
    /// # Errors
    /// The parent does not exist, or nothing could be reserved. What may have been reserved is undone if possible.
    async fn reserve(&self, now: Timestamp) -> Result<(Self::Decision, Self::Reservation), Failure>;

    /// Carries the decision out. Repeating it has no further effect. `reservation` is `None` if an earlier attempt
    /// made the decision.
    ///
    /// # Errors
    /// [`WriteError::NotWritten`] only if the write was certainly not accepted. [`Creation::undo`] undoes the rest.
    async fn perform(
        &self,
        decision: &Self::Decision,
        reservation: Option<&Self::Reservation>,
    ) -> Result<(), WriteError>;

    /// Undoes a reservation. Called only if its decision was not carried out and never will be. If it fails, or other
    /// requests made reservations since, a number stays unused.
    async fn undo(&self, reservation: Self::Reservation);
}

/// Creates something, once for all requests under the same key. Without a key, no call to `keys` is made; with one,
/// there are three: before the reservation, after it, and after the effect. `authorization` runs concurrently with the
/// reservation; nothing takes effect unless it succeeds.
///
/// # Errors
/// What `authorization` and [`Creation::reserve`] fail with, and:
/// - [`TemporarilyUnavailable`](crate::Problem::TemporarilyUnavailable): nothing was created.
/// - [`OutcomeUnknown`](crate::Problem::OutcomeUnknown): it may have been created. A retry under the same key
///   continues with the same decision.
/// - [`IdempotencyKeyInUse`](crate::Problem::IdempotencyKeyInUse),
///   [`IdempotencyKeyReused`](crate::Problem::IdempotencyKeyReused).
pub async fn create<C: Creation>(
    creation: &C,
    key: Option<KeyedRequest>,
    now: Timestamp,
    keys: &impl KeepIdempotencyKeys,
    authorization: impl Future<Output = Result<(), Failure>>,
) -> Result<C::Decision, Failure> {
    let (decided, authorized) = join(decide(creation, key, now, keys), authorization).await;
    if let Err(refused) = authorized {
        if let Ok(decided) = decided {
            decided.abandon(creation).await;
        }
        return Err(refused);
    }
    let (attempt, decision, reservation) = match decided? {
        Decided::Completed(decision) => return Ok(decision),
        Decided::Pending { attempt, decision, reservation } => (attempt, decision, reservation),
    };
    let performed = creation.perform(&decision, reservation.as_ref()).await;
    match (performed, reservation) {
        (Ok(()), _) => {
            attempt.complete(&decision).await;
            Ok(decision)
        }
        (Err(error @ WriteError::NotWritten(_)), Some(reservation)) => {
            forget_and_undo(creation, &attempt, reservation).await;
            Err(error.into())
        }
        // This attempt, or an earlier one with the same decision, may have had its effect.
        (Err(error), _) => {
            attempt.release().await;
            Err(Failure::outcome_unknown(error))
        }
    }
}

/// What is to be created.
enum Decided<'a, C: Creation, Keys> {
    /// It was created under the same key before.
    Completed(C::Decision),
    /// It is to be performed. The reservation is `None` if an earlier attempt made the decision.
    Pending { attempt: Attempt<'a, Keys>, decision: C::Decision, reservation: Option<C::Reservation> },
}

impl<C: Creation, Keys: KeepIdempotencyKeys> Decided<'_, C, Keys> {
    /// Abandons the creation before its effect. Undoes a decision that this attempt made; leaves an earlier one to the next
    /// attempt.
    async fn abandon(self, creation: &C) {
        let Self::Pending { attempt, reservation, .. } = self else { return };
        match reservation {
            Some(reservation) => forget_and_undo(creation, &attempt, reservation).await,
            None => attempt.release().await,
        }
    }
}

/// Undoes a decision of this attempt, unless another attempt took the key over and carries it out.
async fn forget_and_undo<C: Creation>(
    creation: &C,
    attempt: &Attempt<'_, impl KeepIdempotencyKeys>,
    reservation: C::Reservation,
) {
    if attempt.forget().await {
        creation.undo(reservation).await;
    }
}

/// Claims the key, if there is one, and decides what is to be created, unless an earlier attempt did.
async fn decide<'a, C: Creation, Keys: KeepIdempotencyKeys>(
    creation: &C,
    key: Option<KeyedRequest>,
    now: Timestamp,
    keys: &'a Keys,
) -> Result<Decided<'a, C, Keys>, Failure> {
    let (attempt, earlier) = Attempt::begin(keys, key, now).await?;
    Ok(match earlier {
        Earlier::Completed(decision) => Decided::Completed(decision),
        Earlier::Recorded(decision) => Decided::Pending { attempt, decision, reservation: None },
        Earlier::Nothing => {
            let (decision, reservation) = reserve(creation, &attempt, now).await?;
            Decided::Pending { attempt, decision, reservation: Some(reservation) }
        }
    })
}

/// Reserves what is to be created and records it under the key.
async fn reserve<C: Creation>(
    creation: &C,
    attempt: &Attempt<'_, impl KeepIdempotencyKeys>,
    now: Timestamp,
) -> Result<(C::Decision, C::Reservation), Failure> {
    let (decision, reservation) = match creation.reserve(now).await {
        Ok(reserved) => reserved,
        Err(failure) => {
            attempt.forget().await;
            return Err(failure);
        }
    };
    if let Err(NotRecorded { failure, unused }) = attempt.record(&decision).await {
        if unused {
            creation.undo(reservation).await;
        }
        return Err(failure);
    }
    Ok((decision, reservation))
}
