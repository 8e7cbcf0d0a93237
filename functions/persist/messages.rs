//! Consecutive writes to messages of one chat.

use std::collections::{BTreeMap, BTreeSet};

use conversation::ports::{
    AppliedWrite, CountMessages as _, CountOutcome, CreationOutcome, FindDeletedApplications as _,
    MAX_PENDING, RaiseLimits as _, StoreError, StoreMessages, SweepMessages as _,
};
use conversation::{
    ChatId, Deltas, IndexRequest, MessageId, MessageNumber, MessageWrite, Timestamp, VersionedLedger,
};
use futures_util::future::{join, join_all, try_join};

use super::group::{FailedAt, Group, MessageRecord, NUMBER_TAKEN};
use super::ports::{Handler, PortTypes};
use crate::chat_deletion::delete_with_application;

/// How often the limit of a chat's revisions is raised: one call for so many messages.
const LIMIT_STEP: u64 = MAX_PENDING / 4;

/// The result of a write, with the position of its record.
type Stored = (usize, Result<CreationOutcome<AppliedWrite>, StoreError>);

impl<T: PortTypes> Group<'_, T> {
    /// Stores the writes and counts them in their chat: two rounds of calls. If the chat was deleted, removes their
    /// messages instead.
    ///
    /// Writes to different messages are stored at the same time, while the chat is looked at; those to the same message
    /// one after another. Rows behind a failed record may be stored: their records change nothing when they are delivered
    /// again.
    pub(super) async fn apply_messages(&mut self, run: &[MessageRecord<'_>]) -> Result<(), FailedAt> {
        let Some(first) = run.first() else { return Ok(()) };
        let all = |error| FailedAt { position: first.position, error };
        let chat = &first.write.id().chat;
        let looked_at = self.ports.chats.versioned_ledger(chat);
        let (ledger, stored) = join(looked_at, store(&self.ports.messages, run)).await;
        let Some(ledger) = ledger.map_err(all)? else { return self.remove(run).await.map_err(all) };

        let mut deltas = Deltas::default();
        let mut latest = Timestamp::from_millis(0);
        let mut unusable = Vec::new();
        let mut failed = Ok(());
        for (record, (_, stored)) in run.iter().zip(stored) {
            let MessageRecord { position, write, .. } = record;
            match stored {
                Ok(CreationOutcome::Applied(applied)) => {
                    deltas.insert(write.revision(), applied.delta);
                    latest = latest.max(write.at());
                    self.outcome.changes.extend(applied.change.map(|change| (*position, change)));
                }
                // It is not counted: its revision may have been given out twice, too.
                Ok(CreationOutcome::NumberTaken) => unusable.push(record),
                Err(error) => {
                    failed = Err(FailedAt { position: *position, error });
                    break;
                }
            }
        }
        if !deltas.is_empty() && !self.count(chat, ledger, &deltas, latest).await.map_err(all)? {
            self.outcome.keep_removals();
            self.remove(run).await.map_err(all)?;
        }
        // Last, since what follows a failed count is delivered again, and would be buried again.
        for MessageRecord { position, delivery, .. } in unusable {
            let buried = self.bury(*position, delivery, NUMBER_TAKEN).await;
            buried.map_err(|error| FailedAt { position: *position, error })?;
        }
        failed
    }

    /// Counts messages in their chat. Returns whether the chat still exists.
    async fn count(
        &mut self,
        chat: &ChatId,
        ledger: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<bool, StoreError> {
        let is_created = ledger.is_created;
        let raised = self.raise_limit(chat, ledger.ledger.high, deltas);
        let (outcome, ()) = try_join(self.ports.chats.count(chat, ledger, deltas, latest), raised).await?;
        match outcome {
            CountOutcome::Applied if is_created => {}
            // The chat may have had no row until this count, so the deletion of its application may have missed it.
            CountOutcome::Applied => self.delete_with_application(chat).await?,
            CountOutcome::ParentDeleted | CountOutcome::ParentUnknown => return Ok(false),
        }
        Ok(true)
    }

    /// Raises the limit of the chat's revisions, each time that the count passes a multiple of [`LIMIT_STEP`].
    async fn raise_limit(&self, chat: &ChatId, high: u64, deltas: &Deltas) -> Result<(), StoreError> {
        let Some((lowest, highest)) = deltas.bounds() else { return Ok(()) };
        // Of the records, too: the next delivery raises the limit if this one counts and does not.
        let before = high.min(lowest - 1);
        if highest / LIMIT_STEP == before / LIMIT_STEP {
            return Ok(());
        }
        self.ports.counters.raise_limit(chat, highest + MAX_PENDING).await
    }

    /// Deletes the chat if its application was deleted.
    async fn delete_with_application(&mut self, chat: &ChatId) -> Result<(), StoreError> {
        if self.ports.deleted_applications.is_deleted(&chat.application).await? {
            self.outcome.keep_removals();
            let Handler { counters, chats, sweeps, .. } = self.ports;
            delete_with_application(std::slice::from_ref(chat), counters, chats, sweeps).await?;
        }
        Ok(())
    }

    /// Removes the messages of a deleted chat from index and table.
    async fn remove(&self, run: &[MessageRecord<'_>]) -> Result<(), StoreError> {
        let messages: BTreeSet<&MessageId> = run.iter().map(|record| record.write.id()).collect();
        let messages: Vec<MessageId> = messages.into_iter().cloned().collect();
        // The index comes first: only the rows tell which documents exist. Queued, a removal does not wait for OpenSearch.
        let removals: Vec<IndexRequest> = messages.iter().cloned().map(IndexRequest::Remove).collect();
        self.ports.indexing.defer(&removals).await?;
        let left = self.ports.messages.sweep_rows(&messages).await?;
        if left > 0 {
            return Err(StoreError::new(format!("{left} messages of a deleted chat are left")));
        }
        Ok(())
    }
}

/// Stores writes, those to different messages at the same time. Returns a result for each, in their order. Of the writes to one
/// message, none is stored behind a failed one: they get no result of their own, and all behind the first
/// failure are delivered again anyway.
async fn store(messages: &impl StoreMessages, run: &[MessageRecord<'_>]) -> Vec<Stored> {
    let mut by_message: BTreeMap<MessageNumber, Vec<&MessageRecord<'_>>> = BTreeMap::new();
    for record in run {
        by_message.entry(record.write.id().message).or_default().push(record);
    }
    let in_order = by_message.into_values().map(|writes| async move {
        let mut stored = Vec::with_capacity(writes.len());
        for MessageRecord { position, write, .. } in writes {
            let result = match write {
                MessageWrite::Create(write) => messages.create(write).await,
                MessageWrite::Update(write) => messages.update(write).await.map(CreationOutcome::Applied),
                MessageWrite::Delete(write) => messages.delete(write).await.map(CreationOutcome::Applied),
            };
            let failed = result.is_err();
            stored.push((*position, result));
            if failed {
                break;
            }
        }
        stored
    });
    let mut stored: Vec<Stored> = join_all(in_order).await.into_iter().flatten().collect();
    stored.sort_unstable_by_key(|(position, _)| *position);
    stored
}
