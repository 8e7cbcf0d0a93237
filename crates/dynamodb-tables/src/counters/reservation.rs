use aws_sdk_dynamodb::types::ReturnValue;
use conversation::ports::{PENDING_EXEMPTION, ReservationError, StoreError};
use conversation::{MessageNumber, RequestId, Timestamp, error_chain};

use super::Counters;
use crate::conditional::{ConditionalUpdate, update_if};
use crate::item::{Item, get_number, number, string, time};

/// Holds for the counter of an application that is not deleted, and of a chat that is open.
const OPEN: &str = "attribute_exists(id) AND attribute_not_exists(closed)";

/// Holds below the limit of a chat, and for one reservation a minute at the limit. An application has no limit.
const BELOW_LIMIT: &str = "(attribute_not_exists(revision_limit) OR revision < revision_limit OR \
                           attribute_not_exists(reserved_at) OR reserved_at < :exempt)";

/// What is reserved at a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reservation {
    /// The next number and the next revision.
    Number,
    /// The next revision.
    Revision,
    /// The next revision, if this number is allocated.
    RevisionOf(MessageNumber),
}

impl Reservation {
    /// What the reservation adds `amount` to.
    fn add(self, amount: &str) -> String {
        match self {
            Self::Number => format!("#last {amount}, revision {amount}"),
            Self::Revision | Self::RevisionOf(_) => format!("revision {amount}"),
        }
    }

    /// Whether the counter is open and has what the reservation needs, so that only the limit can have refused it.
    fn is_of(self, counter: &Item) -> Result<bool, StoreError> {
        if counter.is_empty() || counter.contains_key("closed") {
            return Ok(false);
        }
        let last: u64 = get_number(counter, "last")?;
        Ok(match self {
            Self::RevisionOf(message) => message.get() <= last,
            Self::Number | Self::Revision => true,
        })
    }
}

impl Counters {
    /// Makes a reservation in one call, which also proves that the parent exists and that not too many of its writes wait to
    /// be stored. Returns the counter after it, and the request id that can undo it; `None` if the parent does not exist, or did
    /// not allocate the number.
    ///
    /// If a reply is lost, the SDK repeats the call with the same request id. If the counter still holds that id, the
    /// reservation was made and is not made again. If another request came in between, one reservation is lost.
    pub(super) async fn reserve(
        &self,
        id: &str,
        reservation: Reservation,
    ) -> Result<Option<(Item, RequestId)>, ReservationError> {
        let request_id = RequestId::random().map_err(StoreError::new)?;
        let now = Timestamp::now();
        let mut update = self
            .update(id)
            .update_expression(format!(
                "SET holder = :request_id, reserved_at = :now ADD {}",
                reservation.add(":one")
            ))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":exempt", time(now.before(PENDING_EXEMPTION)))
            .expression_attribute_values(":request_id", string(request_id.as_str()))
            .return_values(ReturnValue::AllNew);
        let mut condition =
            format!("{OPEN} AND {BELOW_LIMIT} AND (attribute_not_exists(holder) OR holder <> :request_id)");
        if reservation != Reservation::Revision {
            update = update.expression_attribute_names("#last", "last");
        }
        if let Reservation::RevisionOf(message) = reservation {
            condition.push_str(" AND #last >= :message");
            update = update.expression_attribute_values(":message", number(message));
        }
        match update_if(update.condition_expression(condition)).await {
            Ok(ConditionalUpdate::Applied(counter)) => Ok(Some((counter, request_id))),
            Ok(ConditionalUpdate::ConditionFailed(counter)) => {
                if counter.get("holder") == Some(&string(request_id.as_str())) {
                    return Ok(Some((counter, request_id)));
                }
                if reservation.is_of(&counter)? { Err(ReservationError::TooManyPending) } else { Ok(None) }
            }
            Err(error) => {
                // It may have been made.
                if let Err(error) = self.undo(id, reservation, &request_id).await {
                    let cause = error_chain(&error);
                    tracing::warn!(target: "chatlog", cause, "could not undo a failed reservation; a number or a revision may be lost");
                }
                Err(error.into())
            }
        }
    }

    /// Undoes the reservation of this request id if it is the last one. Repeating it has no further effect.
    pub(super) async fn undo(
        &self,
        id: &str,
        reservation: Reservation,
        request_id: &RequestId,
    ) -> Result<(), StoreError> {
        let mut update = self
            .update(id)
            .update_expression(format!("REMOVE holder ADD {}", reservation.add(":minus_one")))
            .condition_expression("holder = :request_id")
            .expression_attribute_values(":minus_one", number(-1))
            .expression_attribute_values(":request_id", string(request_id.as_str()));
        if reservation == Reservation::Number {
            update = update.expression_attribute_names("#last", "last");
        }
        update_if(update).await?;
        Ok(())
    }
}
