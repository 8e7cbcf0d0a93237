use std::fmt::Display;

use crate::ports::{ReserveRevisions, SendWrites, WriteError, error_chain};
use crate::{Failure, MessageNumber, Revision, Write};

/// Accepts a change of `subject`: reserves a revision and sends the write that uses it. Returns the revision, or `None` if
/// the subject's counter refuses it (see [`ReserveRevisions`]).
///
/// # Errors
/// - [`TemporarilyUnavailable`](crate::Problem::TemporarilyUnavailable): nothing was changed.
/// - [`OutcomeUnknown`](crate::Problem::OutcomeUnknown): the change may have been accepted.
pub async fn change<Subject: Display>(
    subject: &Subject,
    write: impl FnOnce(Revision) -> Write,
    counters: &impl ReserveRevisions<Subject>,
    queue: &impl SendWrites,
) -> Result<Option<Revision>, Failure> {
    let Some(reserved) = counters.reserve_revision(subject).await? else { return Ok(None) };
    let revision = reserved.revision;
    let write = write(revision);
    let Err(error) = queue.send(&write).await else { return Ok(Some(revision)) };
    if matches!(error, WriteError::NotWritten(_))
        && let Err(error) = counters.release_revision(subject, &reserved).await
    {
        let chat = write.chat().map(|chat| chat.chat.get());
        let message_number = write.message().map(MessageNumber::get);
        let cause = error_chain(&error);
        tracing::error!(target: "chatlog", chat, message_number, revision = revision.get(), cause, "could not release revision {revision}, reserved for a write to {subject}, after a failed send");
    }
    Err(error.into())
}
