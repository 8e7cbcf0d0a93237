use conversation::ports::{
    DeleteApplications as _, ForgetLedgers as _, ListUnsweptChats as _, QueueSweeps as _, StoreError,
};
use conversation::{ChatId, Sweep, SweepApplication};
use tokio::time::Instant;

use super::ports::{Handler, PortTypes};
use crate::chat_deletion::delete_with_application;

/// How many chats are deleted at the same time.
const CHATS_AT_ONCE: usize = 10;

impl<T: PortTypes> Handler<T> {
    /// Writes the application's tombstone, then deletes its chats, ten at a time. After the deadline, it queues a sweep
    /// that continues; each delivery deletes at least ten chats. The sweep of each chat has a record of its own.
    pub(super) async fn sweep_application(
        &self,
        sweep: SweepApplication,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let SweepApplication { id, mut after } = sweep;
        if after.is_none() {
            // The function wrote it, unless it died or failed right after sending. Chats that are stored after the tombstone
            // are deleted when they are counted.
            self.deleted_applications.delete(&id).await?;
        }
        loop {
            let page = self.chats.unswept_chats(&id, after).await?;
            for numbers in page.chats.chunks(CHATS_AT_ONCE) {
                let chats: Vec<ChatId> =
                    numbers.iter().map(|chat| ChatId { application: id.clone(), chat: *chat }).collect();
                delete_with_application(&chats, &self.counters, &self.chats, &self.sweeps).await?;
                after = numbers.last().copied();
                if Instant::now() > deadline {
                    let rest = Sweep::Application(SweepApplication { id, after });
                    return self.sweeps.queue_sweeps(&[rest]).await;
                }
            }
            if page.next.is_none() {
                return self.deleted_applications.forget_ledger(&id).await;
            }
            after = page.next;
        }
    }
}
