//! Deleting an application with all its chats.

use conversation::ports::{DeleteApplications as _, ListUnsweptChats as _, SendWrites as _, StoreError};
use conversation::{ChatId, DeleteApplication, DeleteChat, Revision, Write};
use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::ports::{Handler, PortTypes};
use super::sweep::delete_chat;

/// How many chats are deleted at the same time.
const CHATS_AT_ONCE: usize = 10;

/// Writes the application's tombstone, then deletes its chats, ten at a time. After the deadline, it queues one record that
/// continues; each delivery deletes at least one group of ten. So an application has one record on the queue, however
/// many chats it has.
pub(super) async fn delete_application<T: PortTypes>(
    ports: &Handler<T>,
    write: &DeleteApplication,
    deadline: Instant,
) -> Result<(), StoreError> {
    let DeleteApplication { id, mut after } = write.clone();
    if after.is_none() {
        // The function wrote it, unless it died or failed right after sending. Chats that are stored after the tombstone
        // are deleted when they are counted.
        ports.deleted_applications.delete(&id).await?;
    }
    loop {
        let page = ports.chats.unswept_chats(&id, after).await?;
        for numbers in page.chats.chunks(CHATS_AT_ONCE) {
            let chats: Vec<ChatId> =
                numbers.iter().map(|chat| ChatId { application: id.clone(), chat: *chat }).collect();
            delete_chats(ports, &chats, deadline).await?;
            after = numbers.last().copied();
            if Instant::now() > deadline {
                let rest = Write::DeleteApplication(DeleteApplication { id, after });
                return ports.writes.send(&rest).await.map_err(StoreError::new);
            }
        }
        if page.next.is_none() {
            return Ok(());
        }
        after = page.next;
    }
}

/// Deletes chats of a deleted application. Does not update `chats_count`: the application has none.
async fn delete_chats<T: PortTypes>(
    ports: &Handler<T>,
    chats: &[ChatId],
    deadline: Instant,
) -> Result<(), StoreError> {
    let deletions = chats.iter().map(|id| async move {
        let write = DeleteChat { id: id.clone(), revision: Revision::MAX };
        delete_chat(ports, &write, deadline).await
    });
    try_join_all(deletions).await?;
    if let Some(chat) = chats.first() {
        let application = chat.application.as_str();
        tracing::info!(target: "chatlog", application, chats = chats.len(), "deleted chats of a deleted application");
    }
    Ok(())
}

/// Deletes chats that the deletion of their application may have missed: one page of their messages. For more pages, it
/// queues records that continue.
pub(super) async fn delete_missed_chats<T: PortTypes>(
    ports: &Handler<T>,
    chats: &[ChatId],
) -> Result<(), StoreError> {
    delete_chats(ports, chats, Instant::now()).await
}
