//! Deleting a chat with all its messages.

use std::time::Duration;

use conversation::ports::{
    CloseChats as _, SendWrites as _, StoreChats as _, StoreError, SweepMessages as _,
};
use conversation::{
    ChatId, DeleteChat, IndexChange, IndexRequest, MessageId, MessageNumber, SweepChat, Write, error_chain,
};
use tokio::time::{Instant, sleep};

use super::ports::{Handler, PortTypes};

/// How long a sweep waits for a table that is too busy.
const PAUSE: Duration = Duration::from_millis(200);

/// Closes the chat, leaves its tombstone and sweeps its messages. Returns what that adds to `chats_count`.
pub(super) async fn delete_chat<T: PortTypes>(
    ports: &Handler<T>,
    write: &DeleteChat,
    deadline: Instant,
) -> Result<i64, StoreError> {
    // The function closed it, unless it died or failed right after sending.
    ports.counters.close(&write.id).await?;
    let delta = ports.chats.delete(write).await?;
    let whole = SweepChat { id: write.id.clone(), after: None };
    if let Err(error) = sweep(ports, &whole, deadline).await {
        // Its messages are hidden with the chat. That is no reason to delay the chat's count.
        let (application, chat, cause) =
            (write.id.application.as_str(), write.id.chat.get(), error_chain(&error));
        tracing::warn!(target: "chatlog", application, chat, cause, "could not sweep a deleted chat; a later delivery continues");
        continue_later(ports, &write.id, None).await?;
    }
    Ok(delta)
}

/// Removes the messages of a deleted chat from index and table, page by page, at least one page. If the deadline passes
/// before the last page, a record in the chat's own group makes another delivery continue.
pub(super) async fn sweep<T: PortTypes>(
    ports: &Handler<T>,
    SweepChat { id: chat, after }: &SweepChat,
    deadline: Instant,
) -> Result<(), StoreError> {
    let mut after = *after;
    loop {
        let page = ports.messages.unswept_messages(chat, after).await?;
        let mut left = 0;
        if !page.messages.is_empty() {
            // The index comes first: only the rows tell which documents exist.
            remove_from_index(ports, &page.messages).await?;
            left = match ports.messages.sweep_rows(&page.messages).await {
                Ok(left) => left,
                // A sweep writes as fast as the chat's partition lets it, so it is throttled. A failed record would pause longer.
                Err(error) => {
                    let (application, chat, cause) =
                        (chat.application.as_str(), chat.chat.get(), error_chain(&error));
                    tracing::warn!(target: "chatlog", application, chat, cause, "could not sweep a page of a deleted chat; it is tried again");
                    page.messages.len()
                }
            };
            let (application, messages) = (chat.application.as_str(), page.messages.len() - left);
            tracing::info!(target: "chatlog", application, chat = chat.chat.get(), messages, "swept messages of a deleted chat");
        }
        if left == 0 {
            if page.next.is_none() {
                return Ok(());
            }
            after = page.next;
        }
        if Instant::now() > deadline {
            return continue_later(ports, chat, after).await;
        }
        if left > 0 {
            sleep(PAUSE).await;
        }
    }
}

async fn continue_later<T: PortTypes>(
    ports: &Handler<T>,
    chat: &ChatId,
    after: Option<MessageNumber>,
) -> Result<(), StoreError> {
    let rest = Write::SweepChat(SweepChat { id: chat.clone(), after });
    ports.writes.send(&rest).await.map_err(StoreError::new)
}

/// Removes messages from the index, or queues their removal if the index does not respond.
async fn remove_from_index<T: PortTypes>(
    ports: &Handler<T>,
    messages: &[MessageId],
) -> Result<(), StoreError> {
    let changes: Vec<IndexChange> = messages.iter().cloned().map(IndexChange::Remove).collect();
    let failed = ports.indexing.attempt(&changes).await;
    let removals: Vec<IndexRequest> = failed
        .into_iter()
        .filter_map(|position| messages.get(position).cloned())
        .map(IndexRequest::Remove)
        .collect();
    ports.indexing.defer(&removals).await
}
