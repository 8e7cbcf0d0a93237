use conversation::ports::{
    BuryRecords as _, CreationOutcome, OpenChats as _, QueueSweeps as _, StoreChats as _, StoreError,
};
use conversation::{ChatId, MessageWrite, Revision, Timestamp, Write, error_chain};
use futures_util::future::try_join;
use sqs_queues::{Delivery, Subject, UnreadableRecord, decode_write};

use super::outcome::{ChatDelta, GroupOutcome};
use super::ports::{Handler, PortTypes};
use crate::chat_deletion::delete_chat;

/// Why the record of a creation is buried: otherwise its message or chat would be lost without a trace.
pub(super) const NUMBER_TAKEN: &str = "another write created the row of its number";

/// A record failed: it and all behind it in its group must be delivered again.
#[derive(Debug)]
pub(super) struct FailedAt {
    pub(super) position: usize,
    pub(super) error: StoreError,
}

/// A write to a message, with its record.
#[derive(Debug)]
pub(super) struct MessageRecord<'a> {
    /// The position of the record in its group.
    pub(super) position: usize,
    pub(super) delivery: &'a Delivery,
    pub(super) write: MessageWrite,
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
    pub(super) outcome: GroupOutcome,
}

impl<'a, T: PortTypes> Group<'a, T> {
    pub(super) fn new(ports: &'a Handler<T>) -> Self {
        Self { ports, outcome: GroupOutcome::default() }
    }

    /// Applies the records up to the first failure. Consecutive writes to messages are applied at the same time; all other
    /// records wait for those before them.
    pub(super) async fn apply(mut self, deliveries: &[&Delivery]) -> GroupOutcome {
        self.outcome.subjects =
            deliveries.iter().map(|delivery| Subject::of_group(&delivery.group)).collect();
        if let Err(FailedAt { position, error }) = self.apply_in_order(deliveries).await {
            let message_id = deliveries.get(position).map(|delivery| delivery.message_id.as_str());
            let Subject { application, chat, message_number, revision } = self.subject(position);
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", message_id, application, chat, message_number, revision, cause, "could not apply a record; it and those behind it will be delivered again");
            self.outcome.fail(position);
        }
        self.outcome.ended = Timestamp::now();
        self.outcome
    }

    async fn apply_in_order(&mut self, deliveries: &[&Delivery]) -> Result<(), FailedAt> {
        let mut messages: Vec<MessageRecord<'_>> = Vec::new();
        for (position, delivery) in deliveries.iter().enumerate() {
            let write = read(delivery);
            if let (Ok(write), Some(subject)) = (&write, self.outcome.subjects.get_mut(position)) {
                *subject = write.into();
            }
            match write {
                Ok(Write::Message(write)) => messages.push(MessageRecord { position, delivery, write }),
                other => {
                    self.apply_messages(&std::mem::take(&mut messages)).await?;
                    let applied = self.apply_alone(position, delivery, other).await;
                    applied.map_err(|error| FailedAt { position, error })?;
                }
            }
        }
        self.apply_messages(&messages).await
    }

    /// Buries a record that can never be applied. One of a newer release fails until a function of that release reads it.
    async fn dispose(
        &mut self,
        position: usize,
        delivery: &Delivery,
        unusable: Unusable,
    ) -> Result<(), StoreError> {
        match unusable {
            Unusable::Unreadable(unreadable) if unreadable.is_newer() => Err(StoreError::new(unreadable)),
            Unusable::Unreadable(unreadable) => {
                self.bury_with(position, delivery, unreadable.full_reason(), &unreadable.to_string()).await
            }
            // It would be applied out of its chat's order and counted in another chat.
            Unusable::InWrongGroup => {
                self.bury(position, delivery, "its message group is not its chat or application").await
            }
        }
    }

    /// Applies a record while no other one of its group is applied.
    async fn apply_alone(
        &mut self,
        position: usize,
        delivery: &Delivery,
        write: Result<Write, Unusable>,
    ) -> Result<(), StoreError> {
        match write {
            Ok(Write::Message(write)) => {
                let record = MessageRecord { position, delivery, write };
                self.apply_messages(&[record]).await.map_err(|failed| failed.error)?;
            }
            Ok(Write::CreateChat(write)) => {
                // The function opened it, unless it died or failed right after sending.
                let opened = self.ports.counters.open_permanently(&write.id);
                match try_join(opened, self.ports.chats.create(&write)).await? {
                    ((), CreationOutcome::Applied(delta)) => {
                        self.add_chat(position, write.id, write.revision, delta);
                    }
                    ((), CreationOutcome::NumberTaken) => self.bury(position, delivery, NUMBER_TAKEN).await?,
                }
            }
            Ok(Write::DeleteChat(write)) => {
                let Handler { counters, chats, sweeps, .. } = self.ports;
                let delta = delete_chat(&write, counters, chats, sweeps).await?;
                self.outcome.keep_removals();
                self.add_chat(position, write.id, write.revision, delta);
            }
            Ok(Write::Sweep(sweep)) => self.ports.sweeps.queue_sweeps(&[sweep]).await?,
            Err(unusable) => self.dispose(position, delivery, unusable).await?,
        }
        Ok(())
    }

    fn add_chat(&mut self, position: usize, chat: ChatId, revision: Revision, delta: i64) {
        self.outcome.chats.push(ChatDelta { position, chat, revision, delta });
    }

    pub(super) async fn bury(
        &mut self,
        position: usize,
        delivery: &Delivery,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.bury_with(position, delivery, reason, reason).await
    }

    /// Moves a record to the dead-letter queue with `full_reason`, which may quote the record. The log gets `reason`.
    async fn bury_with(
        &mut self,
        position: usize,
        delivery: &Delivery,
        full_reason: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        let Delivery { message_id, group, record, .. } = delivery;
        self.ports.dead_letters.bury(message_id, group, record, full_reason).await?;
        let Subject { application, chat, message_number, revision } = self.subject(position);
        tracing::error!(target: "chatlog", message_id, application, chat, message_number, revision, reason, "moved a record that can never be applied to the dead-letter queue");
        self.outcome.buried.insert(position);
        Ok(())
    }

    /// What a record is about, for the log.
    fn subject(&self, position: usize) -> Subject {
        self.outcome.subjects.get(position).cloned().unwrap_or_default()
    }
}
