use std::time::Duration;

use conversation::ports::{
    BuryRecords as _, CountMessages as _, OpenChats as _, StoreChats as _, StoreError,
};
use conversation::{ChatId, MessageWrite, Revision, Write, error_chain};
use futures_util::future::try_join;
use sqs_queues::{Delivery, UnreadableRecord, decode_write};
use tokio::time::Instant;

use super::deleted_application::delete_application;
use super::outcome::{ChatDelta, GroupOutcome};
use super::ports::{Handler, PortTypes};
use super::sweep::{delete_chat, sweep};

/// How long a group may sweep. The rest of the function's timeout is for the page that is being swept, the counts, the index
/// and the report of failed records.
const GROUP_TIME: Duration = Duration::from_millis(2_500);

/// A record failed: it and all behind it in its group must be delivered again.
#[derive(Debug)]
pub(super) struct FailedAt {
    pub(super) position: usize,
    pub(super) error: StoreError,
}

/// Why a record cannot be applied.
enum Unusable {
    Unreadable(UnreadableRecord),
    InWrongGroup,
}

fn read(delivery: &Delivery) -> Result<Write, Unusable> {
    let write = decode_write(&delivery.record).map_err(Unusable::Unreadable)?;
    if write.group() == delivery.group { Ok(write) } else { Err(Unusable::InWrongGroup) }
}

/// Applies the records of one message group, which are those of one chat or one application.
pub(super) struct Group<'a, T: PortTypes> {
    pub(super) ports: &'a Handler<T>,
    pub(super) deadline: Instant,
    pub(super) outcome: GroupOutcome,
}

impl<'a, T: PortTypes> Group<'a, T> {
    pub(super) fn new(ports: &'a Handler<T>) -> Self {
        Self { ports, deadline: Instant::now() + GROUP_TIME, outcome: GroupOutcome::default() }
    }

    /// Applies the records up to the first failure. Consecutive writes to messages are applied at the same time; all other
    /// records wait for those before them.
    pub(super) async fn apply(mut self, deliveries: &[&Delivery]) -> GroupOutcome {
        if let Err(FailedAt { position, error }) = self.apply_in_order(deliveries).await {
            let delivery = deliveries.get(position);
            let message_id = delivery.map(|delivery| delivery.message_id.as_str());
            let group = delivery.map(|delivery| delivery.group.as_str());
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", message_id, group, cause, "could not apply a record; it and those behind it will be delivered again");
            self.outcome.fail(position);
        }
        self.outcome
    }

    async fn apply_in_order(&mut self, deliveries: &[&Delivery]) -> Result<(), FailedAt> {
        let mut messages: Vec<(usize, MessageWrite)> = Vec::new();
        for (position, delivery) in deliveries.iter().enumerate() {
            let write = match read(delivery) {
                Ok(Write::Message(write)) => {
                    messages.push((position, write));
                    continue;
                }
                other => other,
            };
            self.apply_messages(&std::mem::take(&mut messages)).await?;
            let applied = match write {
                Ok(write) => self.apply_other(position, delivery, write).await,
                Err(unusable) => self.dispose(delivery, unusable).await,
            };
            applied.map_err(|error| FailedAt { position, error })?;
        }
        self.apply_messages(&messages).await
    }

    /// Buries a record that can never be applied. One of a newer release fails until a function of that release reads it.
    async fn dispose(&self, delivery: &Delivery, unusable: Unusable) -> Result<(), StoreError> {
        match unusable {
            Unusable::Unreadable(unreadable) if unreadable.is_newer() => Err(StoreError::new(unreadable)),
            Unusable::Unreadable(unreadable) => {
                self.bury_with(delivery, unreadable.full_reason(), &unreadable.to_string()).await
            }
            // It would be applied out of its chat's order and counted in another chat.
            Unusable::InWrongGroup => {
                self.bury(delivery, "its message group is not its chat or application").await
            }
        }
    }

    /// Applies a write that is not to a message.
    async fn apply_other(
        &mut self,
        position: usize,
        delivery: &Delivery,
        write: Write,
    ) -> Result<(), StoreError> {
        match write {
            Write::Message(_) => {}
            Write::DeleteApplication(write) => delete_application(self.ports, &write, self.deadline).await?,
            Write::CreateChat(write) => {
                // The function opened it, unless it died or failed right after sending.
                let opened = self.ports.counters.open_permanently(&write.id);
                let ((), delta) = try_join(opened, self.ports.chats.create(&write)).await?;
                self.add_chat(position, write.id, write.revision, delta);
            }
            Write::DeleteChat(write) => {
                let delta = delete_chat(self.ports, &write, self.deadline).await?;
                self.outcome.keep_removals();
                self.add_chat(position, write.id, write.revision, delta);
            }
            Write::SweepChat(rest) => match self.ports.chats.versioned_ledger(&rest.id).await? {
                None => sweep(self.ports, &rest, self.deadline).await?,
                Some(_) => self.bury(delivery, "its chat was not deleted").await?,
            },
        }
        Ok(())
    }

    fn add_chat(&mut self, position: usize, chat: ChatId, revision: Revision, delta: i64) {
        self.outcome.chats.push(ChatDelta { position, chat, revision, delta });
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
        let Delivery { message_id, group, record, .. } = delivery;
        self.ports.dead_letters.bury(message_id, group, record, full_reason).await?;
        tracing::error!(target: "chatlog", message_id, group, reason, "moved a record that can never be applied to the dead-letter queue");
        Ok(())
    }
}
