use std::collections::BTreeSet;

use conversation::{ChatId, IndexChange, Revision, Timestamp};
use sqs_queues::{Delivery, RecordLog, RecordOutcome, Subject};

/// What became of a group's records, and what is left to do for the whole batch.
#[derive(Debug, Default)]
pub(super) struct GroupOutcome {
    /// What each record is about.
    pub(super) subjects: Vec<Subject>,
    /// When the last record was applied.
    pub(super) ended: Timestamp,
    /// The positions of records that can never be applied.
    pub(super) buried: BTreeSet<usize>,
    /// The positions of records whose changes of the index are queued for later.
    pub(super) index_deferred: BTreeSet<usize>,
    /// The position of the first failed record: this record and all behind it must be delivered again.
    pub(super) failed_from: Option<usize>,
    /// What the application's `chats_count` has to learn.
    pub(super) chats: Vec<ChatDelta>,
    /// Changes of the index, each with the position of its record.
    pub(super) changes: Vec<(usize, IndexChange)>,
}

/// What a record that creates or deletes a chat adds to `chats_count`.
#[derive(Debug)]
pub(super) struct ChatDelta {
    /// The position of the record.
    pub(super) position: usize,
    pub(super) chat: ChatId,
    pub(super) revision: Revision,
    pub(super) delta: i64,
}

impl GroupOutcome {
    pub(super) fn fail(&mut self, position: usize) {
        self.failed_from = Some(self.failed_from.map_or(position, |earlier| earlier.min(position)));
    }

    /// Whether the record at `position` was applied.
    pub(super) fn includes(&self, position: usize) -> bool {
        self.failed_from.is_none_or(|failed| position < failed)
    }

    /// What the log tells about the records of the group, in their order.
    pub(super) fn log<'a>(&self, group: &[&'a Delivery]) -> Vec<RecordLog<'a>> {
        let records = group.iter().zip(&self.subjects).enumerate();
        records
            .map(|(position, (delivery, subject))| {
                let outcome = if !self.includes(position) {
                    RecordOutcome::Failed
                } else if self.buried.contains(&position) {
                    RecordOutcome::Buried
                } else {
                    RecordOutcome::Done { millis: delivery.millis_until(self.ended) }
                };
                let is_index_deferred = self.index_deferred.contains(&position);
                RecordLog { delivery, subject: subject.clone(), outcome, is_index_deferred }
            })
            .collect()
    }

    /// Drops changes that would show messages of a deleted chat.
    pub(super) fn keep_removals(&mut self) {
        self.changes.retain(|(_, change)| matches!(change, IndexChange::Remove(_)));
    }
}
