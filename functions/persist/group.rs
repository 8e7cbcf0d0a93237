use std::collections::BTreeSet;
use std::time::Duration;

use conversation::ports::{
    BuryRecords as _, CountMessages as _, CountOutcome, FindDeletedApplications as _, OpenChats as _,
    StoreChats as _, StoreError, StoreMessages as _, SweepMessages as _,
};
use conversation::{
    ChatId, Deltas, IndexChange, IndexRequest, MessageId, MessageWrite, Revision, Timestamp, VersionedLedger,
    Write, error_chain,
};
use sqs_queues::{Delivery, decode_write};
use tokio::time::Instant;

use super::deleted_application::{delete_application, delete_missed_chats};
use super::ports::{Handler, PortTypes};
use super::sweep::{delete_chat, sweep};

/// How long a group may take for its rows. The rest of the function's timeout is for the counts, the index and the
/// report of failed records.
const GROUP_TIME: Duration = Duration::from_millis(2_500);

/// What became of a group's records, and what is left to do for the whole batch.
#[derive(Debug, Default)]
pub(super) struct GroupOutcome {
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

    /// Drops changes that would show messages of a deleted chat.
    fn keep_removals(&mut self) {
        self.changes.retain(|(_, change)| matches!(change, IndexChange::Remove(_)));
    }
}

/// What the group knows of its chat.
#[derive(Debug)]
enum ChatState {
    Deleted(GroupMessages),
    /// The chat is not deleted, whether it is stored yet or not.
    Present(Box<PendingCount>),
}

/// Messages that the group's records write to.
#[derive(Debug, Default)]
struct GroupMessages {
    first_position: Option<usize>,
    ids: BTreeSet<MessageId>,
}

impl GroupMessages {
    fn add(&mut self, position: usize, id: &MessageId) {
        self.first_position.get_or_insert(position);
        self.ids.insert(id.clone());
    }
}

/// Messages to be counted in the chat with one update.
#[derive(Debug)]
struct PendingCount {
    ledger: VersionedLedger,
    messages: GroupMessages,
    deltas: Deltas,
    latest: Timestamp,
}

impl PendingCount {
    fn new(ledger: VersionedLedger) -> Self {
        Self {
            ledger,
            messages: GroupMessages::default(),
            deltas: Deltas::default(),
            latest: Timestamp::from_millis(0),
        }
    }

    fn add(&mut self, position: usize, write: &MessageWrite, delta: i64) {
        self.messages.add(position, write.id());
        self.deltas.insert(write.revision(), delta);
        self.latest = self.latest.max(write.at());
    }
}

/// Applies the records of one message group, which are those of one chat or one application.
pub(super) struct Group<'a, T: PortTypes> {
    ports: &'a Handler<T>,
    deadline: Instant,
    /// `None` as long as no record needed it.
    chat: Option<ChatState>,
    outcome: GroupOutcome,
}

impl<'a, T: PortTypes> Group<'a, T> {
    pub(super) fn new(ports: &'a Handler<T>) -> Self {
        let deadline = Instant::now() + GROUP_TIME;
        Self { ports, deadline, chat: None, outcome: GroupOutcome::default() }
    }

    /// Applies the records in order up to the first failure, then counts the messages among them, or removes them if their
    /// chat was deleted.
    pub(super) async fn apply(mut self, deliveries: &[&Delivery]) -> GroupOutcome {
        for (position, delivery) in deliveries.iter().enumerate() {
            let Delivery { message_id, group, .. } = *delivery;
            if Instant::now() > self.deadline {
                tracing::warn!(target: "chatlog", message_id, group, "no time is left for a record; it will be delivered again");
                self.outcome.fail(position);
                break;
            }
            if let Err(error) = self.apply_record(position, delivery).await {
                let cause = error_chain(&error);
                tracing::warn!(target: "chatlog", message_id, group, cause, "could not apply a record; it will be delivered again");
                self.outcome.fail(position);
                break;
            }
        }
        self.finish().await;
        self.outcome
    }

    async fn apply_record(&mut self, position: usize, delivery: &Delivery) -> Result<(), StoreError> {
        let write = match decode_write(&delivery.record) {
            Ok(write) => write,
            Err(unreadable) if unreadable.is_newer() => return Err(StoreError::new(unreadable)),
            Err(unreadable) => {
                return self.bury_with(delivery, unreadable.full_reason(), &unreadable.to_string()).await;
            }
        };
        if write.group() != delivery.group {
            // It would be applied out of its chat's order and counted in another chat.
            return self.bury(delivery, "its message group is not its chat or application").await;
        }
        match write {
            Write::DeleteApplication(write) => delete_application(self.ports, &write, self.deadline).await?,
            Write::CreateChat(write) => {
                // The function opened it, unless it died or failed right after sending.
                self.ports.counters.open_permanently(&write.id).await?;
                let delta = self.ports.chats.create(&write).await?;
                self.add_chat(position, write.id, write.revision, delta);
            }
            Write::DeleteChat(write) => {
                let delta = delete_chat(self.ports, &write, self.deadline).await?;
                // The sweep included messages that this group stored before. Messages that came late to a chat that was already
                // deleted remain to be removed.
                if !matches!(self.chat, Some(ChatState::Deleted(_))) {
                    self.chat = Some(ChatState::Deleted(GroupMessages::default()));
                }
                self.outcome.keep_removals();
                self.add_chat(position, write.id, write.revision, delta);
            }
            Write::SweepChat(rest) => match self.ports.chats.versioned_ledger(&rest.id).await? {
                None => sweep(self.ports, &rest, self.deadline).await?,
                Some(_) => self.bury(delivery, "its chat was not deleted").await?,
            },
            Write::Message(write) => self.apply_message(position, &write).await?,
        }
        Ok(())
    }

    fn add_chat(&mut self, position: usize, chat: ChatId, revision: Revision, delta: i64) {
        self.outcome.chats.push(ChatDelta { position, chat, revision, delta });
    }

    async fn apply_message(&mut self, position: usize, write: &MessageWrite) -> Result<(), StoreError> {
        let chat = match &mut self.chat {
            Some(chat) => chat,
            unknown => unknown.insert(match self.ports.chats.versioned_ledger(&write.id().chat).await? {
                Some(ledger) => ChatState::Present(Box::new(PendingCount::new(ledger))),
                None => ChatState::Deleted(GroupMessages::default()),
            }),
        };
        let pending = match chat {
            ChatState::Present(pending) => pending,
            ChatState::Deleted(late) => {
                late.add(position, write.id());
                return Ok(());
            }
        };
        let messages = &self.ports.messages;
        let applied = match write {
            MessageWrite::Create(write) => messages.create(write).await?,
            MessageWrite::Update(write) => messages.update(write).await?,
            MessageWrite::Delete(write) => messages.delete(write).await?,
        };
        pending.add(position, write, applied.delta);
        self.outcome.changes.extend(applied.change.map(|change| (position, change)));
        Ok(())
    }

    /// Counts the group's messages in their chat, or removes them if it was deleted. If that fails, they are all delivered
    /// again.
    async fn finish(&mut self) {
        match self.chat.take() {
            None => {}
            Some(ChatState::Deleted(late)) => self.remove(late).await,
            Some(ChatState::Present(pending)) => self.count(pending).await,
        }
    }

    async fn remove(&mut self, late: GroupMessages) {
        let Some(position) = late.first_position else { return };
        if let Err(error) = self.drop_messages(late.ids).await {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not remove messages of a deleted chat; their records will be delivered again");
            self.outcome.fail(position);
        }
    }

    async fn count(&mut self, pending: Box<PendingCount>) {
        let (Some(position), Some(first)) = (pending.messages.first_position, pending.messages.ids.first())
        else {
            return;
        };
        let chat = first.chat.clone();
        if let Err(error) = self.count_in(&chat, *pending).await {
            let (application, chat, cause) =
                (chat.application.as_str(), chat.chat.get(), error_chain(&error));
            tracing::warn!(target: "chatlog", application, chat, cause, "could not count messages; their records will be delivered again");
            self.outcome.fail(position);
        }
    }

    async fn count_in(&mut self, chat: &ChatId, pending: PendingCount) -> Result<(), StoreError> {
        let PendingCount { ledger, messages, deltas, latest, .. } = pending;
        let is_created = ledger.is_created;
        match self.ports.chats.count(chat, ledger, &deltas, latest).await? {
            // The chat may have had no row until this count, so the deletion of its application may have missed it.
            CountOutcome::Applied if !is_created => self.delete_with_application(chat).await,
            CountOutcome::Applied => Ok(()),
            // The chat was deleted after the group read its row.
            CountOutcome::ParentDeleted | CountOutcome::ParentUnknown => {
                self.outcome.keep_removals();
                self.drop_messages(messages.ids).await
            }
        }
    }

    /// Deletes the chat if its application was deleted.
    async fn delete_with_application(&mut self, chat: &ChatId) -> Result<(), StoreError> {
        if self.ports.deleted_applications.is_deleted(&chat.application).await? {
            self.outcome.keep_removals();
            delete_missed_chats(self.ports, std::slice::from_ref(chat)).await?;
        }
        Ok(())
    }

    /// Removes messages of a deleted chat from index and table.
    async fn drop_messages(&self, messages: BTreeSet<MessageId>) -> Result<(), StoreError> {
        let messages: Vec<MessageId> = messages.into_iter().collect();
        // The index comes first: only the rows tell which documents exist. Queued, a removal does not wait for OpenSearch.
        let removals: Vec<IndexRequest> = messages.iter().cloned().map(IndexRequest::Remove).collect();
        self.ports.indexing.defer(&removals).await?;
        let left = self.ports.messages.sweep_rows(&messages).await?;
        if left > 0 {
            return Err(StoreError::new(format!("{left} messages of a deleted chat are left")));
        }
        Ok(())
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), StoreError> {
        self.bury_with(delivery, reason, reason).await
    }

    /// Moves a record to the dead-letter queue with `full_reason`, which may quote the record. The log gets `reason`.
    async fn bury_with(
        &self,
        delivery: &Delivery,
        full_reason: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        let Delivery { message_id, group, record } = delivery;
        self.ports.dead_letters.bury(message_id, group, record, full_reason).await?;
        tracing::error!(target: "chatlog", message_id, group, reason, "moved a record that can never be applied to the dead-letter queue");
        Ok(())
    }
}
