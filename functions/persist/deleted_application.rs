//! Deleting an application with all its chats.

use conversation::ports::{DeleteApplications as _, SendWrites as _, StoreError, SweepChats as _};
use conversation::{ChatId, DeleteApplication, DeleteChat, Revision, Write};
use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::ports::{Handler, PortTypes};

/// Leaves the application's tombstone, then queues the deletion of each of its chats, page by page, at least one page. If
/// the deadline passes before the last page, a record in the application's own group makes another delivery continue.
pub(super) async fn delete_application<T: PortTypes>(
    ports: &Handler<T>,
    write: &DeleteApplication,
    deadline: Instant,
) -> Result<(), StoreError> {
    let DeleteApplication { id, after } = write;
    if after.is_none() {
        // The function left it, unless it died or failed right after sending. Chats that are created after the tombstone
        // are deleted when they cannot be counted.
        ports.deleted_applications.delete(id).await?;
    }
    let mut after = *after;
    loop {
        let page = ports.chats.chats_to_sweep(id, after).await?;
        let chats = page.chats.iter().map(|chat| ChatId { application: id.clone(), chat: *chat });
        delete_chats(ports, chats.collect::<Vec<_>>().iter()).await?;
        tracing::info!(target: "chatlog", application = id.as_str(), chats = page.chats.len(), "queued the deletion of chats of a deleted application");
        if page.next.is_none() {
            return Ok(());
        }
        after = page.next;
        if Instant::now() > deadline {
            let rest = DeleteApplication { id: id.clone(), after };
            return ports.writes.send(&Write::DeleteApplication(rest)).await.map_err(StoreError::new);
        }
    }
}

/// Queues the deletion of chats of a deleted application, each in its own group.
pub(super) async fn delete_chats<T: PortTypes>(
    ports: &Handler<T>,
    chats: impl Iterator<Item = &ChatId>,
) -> Result<(), StoreError> {
    let sends = chats.map(|id| async {
        let write = Write::DeleteChat(DeleteChat { id: id.clone(), revision: Revision::MAX });
        ports.writes.send(&write).await.map_err(StoreError::new)
    });
    try_join_all(sends).await?;
    Ok(())
}
