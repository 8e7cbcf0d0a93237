use crate::ports::ReadCounters;
use crate::{ChatId, Failure, Problem};

/// The highest message number that a chat gave out, or which of its parents does not exist. Asked only
/// where something was not found, to tell the client what.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`], or where the counters did not answer.
pub async fn last_message(chat: &ChatId, counters: &impl ReadCounters) -> Result<u64, Failure> {
    let (last_chat, last_message) =
        futures_util::future::join(counters.last_chat(&chat.application), counters.last_message(chat)).await;
    last_chat?.ok_or(Problem::ApplicationNotFound)?;
    Ok(last_message?.ok_or(Problem::ChatNotFound)?)
}
