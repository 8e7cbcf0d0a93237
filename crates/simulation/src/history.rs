//! What happened in a run: every operation with its outcome, what followers saw, and what was left in the end.
//!
//! The region records, [`crate::checker`] judges, [`crate::report`] measures. All times are virtual, since the start of the
//! run. Ids are small numbers, so that a history of millions of operations fits in memory and is readable when printed.

mod display;
mod display_reads;
mod final_state;
mod metrics;
mod operation;
mod read;

use std::collections::HashMap;
use std::time::Duration;

use conversation::{ApplicationId, ChatId, MessageNumber};

pub use final_state::{
    ApplicationContents, ChatContents, Contents, DeadLetter, FinalState, IndexedDocument, LedgerSize,
    MessageContents, QueueDepth,
};
pub use metrics::{BilledService, Metrics, Sample, Visibility};
pub use operation::{
    ApplicationKey, ChatKey, ClientKey, MessageKey, Operation, Outcome, Reply, Request, Subject, Uncertainty,
};
pub use read::{FollowedPage, Found, OldToken, Read, Search};

/// Everything that the checker and the report know about a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// In the order in which they ended.
    pub operations: Vec<Operation>,
    /// In the order in which they ended.
    pub followed_pages: Vec<FollowedPage>,
    /// In the order in which they ended. Searches without a reply are not listed.
    pub searches: Vec<Search>,
    /// In the order in which they ended. Those without a reply, or with another one than 200 and 404, are not listed.
    pub reads: Vec<Read>,
    /// In the order in which they ended.
    pub old_tokens: Vec<OldToken>,
    applications: HashMap<ApplicationId, ApplicationKey>,
}

impl History {
    /// The key of an application: the same for the same id, 1 for the first id seen.
    pub(crate) fn application(&mut self, id: &ApplicationId) -> ApplicationKey {
        let next = ApplicationKey(u32::try_from(self.applications.len() + 1).unwrap_or(u32::MAX));
        *self.applications.entry(id.clone()).or_insert(next)
    }

    /// The key of a message.
    pub(crate) fn message(&mut self, chat: &ChatId, number: MessageNumber) -> MessageKey {
        let chat = ChatKey { application: self.application(&chat.application), number: chat.chat.get() };
        MessageKey { chat, number: number.get() }
    }

    /// Operations of the measured part of the run.
    pub(crate) fn measured_operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| !operation.end.is_zero())
    }

    /// Makes all times relative to `start`. What ended before gets the time 0.
    pub(crate) fn start_at(&mut self, start: Duration) {
        let times = self.operations.iter_mut().map(|operation| (&mut operation.start, &mut operation.end));
        let times = times.chain(self.followed_pages.iter_mut().map(|page| (&mut page.start, &mut page.end)));
        let times = times.chain(self.searches.iter_mut().map(|search| (&mut search.start, &mut search.end)));
        let times = times.chain(self.reads.iter_mut().map(|read| (&mut read.start, &mut read.end)));
        for (from, to) in times {
            *from = from.saturating_sub(start);
            *to = to.saturating_sub(start);
        }
        for old in &mut self.old_tokens {
            for time in [&mut old.replaced, &mut old.start, &mut old.end] {
                *time = time.saturating_sub(start);
            }
        }
    }
}
