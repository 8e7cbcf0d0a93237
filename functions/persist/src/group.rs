use std::time::{Duration, Instant};

use conversation::ports::{
    BuryRecords, CountMessages, IndexedMessage, OpenChats, StoreChats, StoreError, StoreMessages, Stored,
};
use conversation::{ChatId, CreateMessage, Effects, Message, Revision, Timestamp, Token, Write};
use function_environment::chain;
use sqs_queues::Delivery;

use crate::batch::Persist;

/// How long a group may take for its rows. What is left of the function's timeout is for the counts, the
/// index and the report of what is to come again.
const GROUP_TIME: Duration = Duration::from_millis(2_500);

/// What applying one group's records came to, and what is left to do for the whole batch.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// From which of the group's records on all must be delivered again.
    pub(crate) failed_from: Option<usize>,
    /// The chats that were created: the record's place and its effect on `chats_count`.
    pub(crate) chats: Vec<CreatedChat>,
    /// What the index is to hold: the record's place and the message.
    pub(crate) documents: Vec<(usize, IndexedMessage)>,
}

#[derive(Debug)]
pub(crate) struct CreatedChat {
    pub(crate) place: usize,
    pub(crate) application: Token,
    pub(crate) revision: Revision,
    pub(crate) delta: i64,
}

impl Progress {
    /// Notes that the record at `place` failed: it and all behind it come again.
    pub(crate) fn fail(&mut self, place: usize) {
        self.failed_from = Some(self.failed_from.map_or(place, |earlier| earlier.min(place)));
    }

    pub(crate) fn reached(&self, place: usize) -> bool {
        self.failed_from.is_none_or(|failed| place < failed)
    }
}

/// The messages that were stored and are to be counted in one go.
#[derive(Debug)]
struct Uncounted {
    first_place: usize,
    chat: ChatId,
    effects: Effects,
    latest: Timestamp,
}

impl<Applications, Chats, Messages, Counters, Index, IndexQueue, DeadLetters>
    Persist<Applications, Chats, Messages, Counters, Index, IndexQueue, DeadLetters>
where
    Chats: StoreChats + CountMessages,
    Messages: StoreMessages,
    Counters: OpenChats,
    DeadLetters: BuryRecords,
{
    /// Applies one group's records in order up to the first failure, then counts what was applied.
    pub(crate) async fn apply_group(&self, deliveries: &[&Delivery]) -> Progress {
        let started = Instant::now();
        let mut progress = Progress::default();
        let mut uncounted: Option<Uncounted> = None;
        for (place, delivery) in deliveries.iter().enumerate() {
            if started.elapsed() > GROUP_TIME {
                tracing::warn!(target: "chatlog", record = delivery.id, "no time is left for this record");
                progress.fail(place);
                break;
            }
            if let Err(error) = self.apply_record(place, delivery, &mut progress, &mut uncounted).await {
                tracing::warn!(target: "chatlog", record = delivery.id, cause = chain(&error), "a record failed");
                progress.fail(place);
                break;
            }
        }
        if let Some(Uncounted { first_place, chat, effects, latest }) = uncounted
            && let Err(error) = self.chats.count(&chat, &effects, latest).await
        {
            tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not counted");
            progress.fail(first_place);
        }
        progress
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), StoreError> {
        self.dead_letters.bury(&delivery.id, &delivery.group, &delivery.record, reason).await?;
        tracing::error!(target: "chatlog", record = delivery.id, reason, "buried a record");
        Ok(())
    }

    async fn apply_record(
        &self,
        place: usize,
        delivery: &Delivery,
        progress: &mut Progress,
        uncounted: &mut Option<Uncounted>,
    ) -> Result<(), StoreError> {
        match Write::decode(&delivery.record) {
            Err(unreadable) => self.bury(delivery, &unreadable.to_string()).await?,
            // Out of its chat's order, and its effects would be counted in another chat.
            Ok(write) if write.chat().key() != delivery.group => {
                self.bury(delivery, "its message group is not its chat").await?;
            }
            Ok(Write::CreateChat(write)) => {
                // Its creator opened it already, unless it died or failed right after sending.
                self.counters.open(&write.id, None).await?;
                let delta = effect(self.chats.store(&write).await?);
                let (application, revision) = (write.id.application, write.revision);
                progress.chats.push(CreatedChat { place, application, revision, delta });
            }
            Ok(Write::CreateMessage(write)) => {
                let stored = self.messages.store(&write).await?;
                let uncounted = uncounted.get_or_insert_with(|| Uncounted {
                    first_place: place,
                    chat: write.id.chat.clone(),
                    effects: Effects::default(),
                    latest: write.at,
                });
                uncounted.effects.note(write.revision, effect(stored));
                uncounted.latest = uncounted.latest.max(write.at);
                if stored == Stored::ByThisWrite {
                    progress.documents.push((place, indexed(write)));
                }
            }
        }
        Ok(())
    }
}

fn effect(stored: Stored) -> i64 {
    match stored {
        Stored::ByThisWrite => 1,
        Stored::ByAnother => 0,
    }
}

fn indexed(write: CreateMessage) -> IndexedMessage {
    IndexedMessage {
        chat: write.id.chat,
        message: Message {
            number: write.id.message,
            body: write.body,
            created_at: write.at,
            updated_at: write.at,
        },
        revision: write.revision,
    }
}
