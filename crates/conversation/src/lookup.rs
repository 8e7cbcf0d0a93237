use crate::ports::ReadCounters;
use crate::{ChatId, Failure, Problem};

/// Returns the highest message number that an open chat allocated. Called only if something was not found, to tell the
/// client what is missing.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], or a counter could not be read.
pub async fn require_chat(chat: &ChatId, counters: &impl ReadCounters) -> Result<u64, Failure> {
    let (last_chat, last_message) =
        futures_util::future::join(counters.last_chat(&chat.application), counters.last_message(chat)).await;
    last_chat?.ok_or(Problem::ApplicationNotFound)?;
    Ok(last_message?.ok_or(Problem::ChatNotFound)?)
}
