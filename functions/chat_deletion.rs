//! The deletion of chats, up to the sweep of their messages.

use conversation::ports::{CloseChats, QueueSweeps, StoreChats, StoreError};
use conversation::{ChatId, DeleteChat, Revision, Sweep, SweepChat};
use futures_util::future::{try_join, try_join_all};

/// Closes the chat, leaves its tombstone, so that neither it nor its messages can be read any more, and queues the sweep of
/// its messages. Returns what that adds to `chats_count`.
pub(crate) async fn delete_chat(
    write: &DeleteChat,
    counters: &impl CloseChats,
    chats: &impl StoreChats,
    sweeps: &impl QueueSweeps,
) -> Result<i64, StoreError> {
    let delta = leave_tombstone(write, counters, chats).await?;
    sweeps.queue_sweeps(&[sweep(&write.id)]).await?;
    Ok(delta)
}

/// Deletes chats of a deleted application. Does not update `chats_count`: the application has none.
pub(crate) async fn delete_with_application(
    ids: &[ChatId],
    counters: &impl CloseChats,
    chats: &impl StoreChats,
    sweeps: &impl QueueSweeps,
) -> Result<(), StoreError> {
    let tombstones = ids.iter().map(|id| async move {
        let write = DeleteChat { id: id.clone(), revision: Revision::MAX };
        leave_tombstone(&write, counters, chats).await
    });
    try_join_all(tombstones).await?;
    sweeps.queue_sweeps(&ids.iter().map(sweep).collect::<Vec<_>>()).await?;
    if let Some(chat) = ids.first() {
        let application = chat.application.as_str();
        tracing::info!(target: "chatlog", application, chats = ids.len(), "deleted chats of a deleted application");
    }
    Ok(())
}

async fn leave_tombstone(
    write: &DeleteChat,
    counters: &impl CloseChats,
    chats: &impl StoreChats,
) -> Result<i64, StoreError> {
    // The function closed it, unless it died or failed right after sending.
    let ((), delta) = try_join(counters.close(&write.id), chats.delete(write)).await?;
    Ok(delta)
}

fn sweep(id: &ChatId) -> Sweep {
    Sweep::Chat(SweepChat { id: id.clone(), after: None })
}
