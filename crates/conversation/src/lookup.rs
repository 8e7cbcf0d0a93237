use std::time::Duration;

use crate::ports::{FindLaterMessages, ReadCounters, StoreError};
use crate::{ChatId, Failure, MessageId, Problem, Timestamp};

/// A number without a row counts as unused once a message with a higher number, created this long ago, is stored. Writes of a chat are
/// stored in the order in which they reach the queue, so its own write hardly comes any more.
pub const UNUSED_AFTER: Duration = Duration::from_mins(10);

/// Returns the highest message number that an open chat allocated. A chat is open from the reply to its creation to the
/// reply to its deletion, whatever is stored. Only if it is not, the application's counter is read too, to tell the client what is
/// missing.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], or a counter could not be read.
pub async fn require_chat(chat: &ChatId, counters: &impl ReadCounters) -> Result<u64, Failure> {
    if let Some(last) = counters.last_message(chat).await? {
        return Ok(last);
    }
    counters.last_chat(&chat.application).await?.ok_or(Problem::ApplicationNotFound)?;
    Err(Problem::ChatNotFound.into())
}

/// Why a message with an allocated number has no row: [`Problem::NotStoredYet`], or [`Problem::MessageNotFound`] if its
/// creation failed long ago.
///
/// # Errors
/// The messages could not be read.
pub async fn missing_message(
    id: &MessageId,
    now: Timestamp,
    messages: &impl FindLaterMessages,
) -> Result<Problem, StoreError> {
    let is_unused = messages.has_later_message(id, now.before(UNUSED_AFTER)).await?;
    Ok(if is_unused { Problem::MessageNotFound } else { Problem::NotStoredYet })
}
