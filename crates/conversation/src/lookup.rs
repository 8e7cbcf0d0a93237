use crate::ports::ReadCounters;
use crate::{ChatId, Failure, Problem};

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
