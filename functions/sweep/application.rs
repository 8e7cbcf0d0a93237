use conversation::ports::{
    DeleteApplications as _, FindDeletedApplications as _, ForgetLedgers as _, ListUnsweptChats as _,
    QueueSweeps as _, StoreError,
};
use conversation::{ChatId, Sweep, SweepApplication};
use tokio::time::Instant;

use super::ports::{Handler, PortTypes};
use crate::chat_deletion::delete_with_application;

/// How many chats are deleted at the same time.
const CHATS_AT_ONCE: usize = 10;

impl<T: PortTypes> Handler<T> {
    /// Whether the application was deleted. A sweep from its beginning deletes it: the function that accepted the deletion did that, too,
    /// unless it died or failed right after sending.
    pub(super) async fn delete_application(&self, sweep: &SweepApplication) -> Result<bool, StoreError> {
        if sweep.after.is_some() {
            return self.deleted_applications.is_deleted(&sweep.id).await;
        }
        self.deleted_applications.delete(&sweep.id).await?;
        Ok(true)
    }

    /// Deletes the chats of a deleted application, ten at a time. Chats that are stored later are deleted when they are counted. The
    /// sweep of each chat has a record of its own. After the deadline, or if it fails after some chats, it queues a sweep that
    /// continues.
    pub(super) async fn sweep_application(
        &self,
        sweep: SweepApplication,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let mut rest = sweep.clone();
        loop {
            match self.delete_page(&mut rest, deadline).await {
                Ok(true) => return self.deleted_applications.forget_ledger(&rest.id).await,
                Ok(false) => {}
                Err(error) if rest == sweep => return Err(error),
                // Not to do again what was achieved.
                Err(_) => return self.sweeps.queue_sweeps(&[Sweep::Application(rest)]).await,
            }
            if Instant::now() > deadline {
                return self.sweeps.queue_sweeps(&[Sweep::Application(rest)]).await;
            }
        }
    }

    /// Deletes the chats on the page behind `sweep.after`, and moves `sweep.after` behind them. Ends in the middle of the page
    /// after the deadline. Returns whether it was the last page.
    async fn delete_page(&self, sweep: &mut SweepApplication, deadline: Instant) -> Result<bool, StoreError> {
        let page = self.chats.unswept_chats(&sweep.id, sweep.after).await?;
        for numbers in page.chats.chunks(CHATS_AT_ONCE) {
            let chats: Vec<ChatId> =
                numbers.iter().map(|chat| ChatId { application: sweep.id.clone(), chat: *chat }).collect();
            delete_with_application(&chats, &self.counters, &self.chats, &self.sweeps).await?;
            sweep.after = numbers.last().copied();
            if Instant::now() > deadline {
                return Ok(false);
            }
        }
        sweep.after = page.next.or(sweep.after);
        Ok(page.next.is_none())
    }
}
