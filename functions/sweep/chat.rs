use std::time::Duration;

use conversation::ports::{
    ForgetLedgers as _, IndexMessages as _, QueueSweeps as _, StoreError, SweepMessages as _,
};
use conversation::{IndexChange, MessageId, Sweep, SweepChat};
use tokio::time::{Instant, sleep};

use super::ports::{Handler, PortTypes};

/// How long a sweep waits after a page that failed: it writes as fast as the chat's partition lets it, so it is throttled.
const PAUSE: Duration = Duration::from_millis(200);

/// The messages of a page were swept.
struct SweptPage {
    messages: usize,
    is_last: bool,
}

impl<T: PortTypes> Handler<T> {
    /// Removes the messages of a deleted chat from index and table, page by page. A page that fails is tried again. After
    /// the deadline, it queues a sweep that continues; it fails if no page succeeded.
    pub(super) async fn sweep_chat(&self, sweep: SweepChat, deadline: Instant) -> Result<(), StoreError> {
        let mut rest = sweep.clone();
        let mut messages = 0;
        let swept = loop {
            let page = self.sweep_page(&mut rest).await;
            let is_late = Instant::now() > deadline;
            match page {
                Ok(page) => {
                    messages += page.messages;
                    if page.is_last {
                        break self.chats.forget_ledger(&sweep.id).await;
                    }
                }
                Err(error) if is_late && rest == sweep => break Err(error),
                Err(_) if is_late => {}
                Err(_) => sleep(PAUSE).await,
            }
            if is_late {
                break self.sweeps.queue_sweeps(&[Sweep::Chat(rest)]).await;
            }
        };
        if messages > 0 {
            let (application, chat) = (sweep.id.application.as_str(), sweep.id.chat.get());
            tracing::info!(target: "chatlog", application, chat, messages, "swept messages of a deleted chat");
        }
        swept
    }

    /// Sweeps the page behind `sweep.after`, and moves `sweep.after` behind it.
    async fn sweep_page(&self, sweep: &mut SweepChat) -> Result<SweptPage, StoreError> {
        let page = self.messages.unswept_messages(&sweep.id, sweep.after).await?;
        if !page.messages.is_empty() {
            // The index comes first: only the rows tell which documents exist.
            self.remove_from_index(&page.messages).await?;
            let left = self.messages.sweep_rows(&page.messages).await?;
            if left > 0 {
                return Err(StoreError::new(format!(
                    "the table was too busy for {left} messages of a deleted chat"
                )));
            }
        }
        sweep.after = page.next.or(sweep.after);
        Ok(SweptPage { messages: page.messages.len(), is_last: page.next.is_none() })
    }

    async fn remove_from_index(&self, messages: &[MessageId]) -> Result<(), StoreError> {
        let changes: Vec<IndexChange> = messages.iter().cloned().map(IndexChange::Remove).collect();
        match self.index.index(&changes).await?.len() {
            0 => Ok(()),
            left => {
                Err(StoreError::new(format!("the index was too busy for {left} messages of a deleted chat")))
            }
        }
    }
}
