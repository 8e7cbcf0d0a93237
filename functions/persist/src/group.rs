use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use conversation::ports::{
    BuryRecords, CloseChats, CountMessages, Counted, DeferIndexing, IndexMessages, OpenChats, SendWrites,
    StoreChats, StoreError, StoreMessages, SweepMessages,
};
use conversation::{ChatId, Effects, IndexChange, MessageId, Revision, Tally, Timestamp, Token, Write};
use function_environment::chain;
use sqs_queues::Delivery;

use crate::batch::Persist;
use crate::message_write::MessageWrite;

/// How long a group may take for its rows. What is left of the function's timeout is for the counts, the
/// index and the report of what is to come again.
const GROUP_TIME: Duration = Duration::from_millis(2_500);

/// What applying one group's records came to, and what is left to do for the whole batch.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// From which of the group's records on all must be delivered again.
    pub(crate) failed_from: Option<usize>,
    /// What the application's `chats_count` is to learn.
    pub(crate) chats: Vec<ChatEffect>,
    /// What is to change in the index: the record's place and the change.
    pub(crate) changes: Vec<(usize, IndexChange)>,
}

/// A record that created or deleted a chat: its place and its effect on `chats_count`.
#[derive(Debug)]
pub(crate) struct ChatEffect {
    pub(crate) place: usize,
    pub(crate) application: Token,
    pub(crate) revision: Revision,
    pub(crate) delta: i64,
}

impl Progress {
    fn note_chat(&mut self, place: usize, chat: ChatId, revision: Revision, delta: i64) {
        self.chats.push(ChatEffect { place, application: chat.application, revision, delta });
    }

    /// Drops what the index was to show of a chat that is deleted.
    fn keep_removals(&mut self) {
        self.changes.retain(|(_, change)| matches!(change, IndexChange::Remove(_)));
    }

    /// Notes that the record at `place` failed: it and all behind it come again.
    pub(crate) fn fail(&mut self, place: usize) {
        self.failed_from = Some(self.failed_from.map_or(place, |earlier| earlier.min(place)));
    }

    pub(crate) fn reached(&self, place: usize) -> bool {
        self.failed_from.is_none_or(|failed| place < failed)
    }
}

/// The chat of a group, as far as the group's messages need to know it.
#[derive(Debug)]
enum Standing {
    /// No message has asked yet.
    Unknown,
    Deleted,
    /// Not deleted, whether stored yet or not; with what is to be counted in it.
    Present(Box<Uncounted>),
}

/// The count of a chat and the messages that are to be counted in it in one go.
#[derive(Debug)]
struct Uncounted {
    tally: Tally,
    first_place: Option<usize>,
    messages: BTreeSet<MessageId>,
    effects: Effects,
    latest: Timestamp,
}

impl Uncounted {
    fn new(tally: Tally) -> Self {
        let latest = Timestamp::from_millis(0);
        Self { tally, first_place: None, messages: BTreeSet::new(), effects: Effects::default(), latest }
    }

    fn note(&mut self, place: usize, write: &MessageWrite, delta: i64) {
        self.first_place.get_or_insert(place);
        self.messages.insert(write.id().clone());
        self.effects.note(write.revision(), delta);
        self.latest = self.latest.max(write.at());
    }
}

impl<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
    Persist<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
where
    Chats: StoreChats + CountMessages,
    Messages: StoreMessages + SweepMessages,
    Counters: OpenChats + CloseChats,
    Writes: SendWrites,
    Index: IndexMessages,
    IndexQueue: DeferIndexing,
    DeadLetters: BuryRecords,
{
    /// Applies one group's records in order up to the first failure, then counts what was applied.
    pub(crate) async fn apply_group(&self, deliveries: &[&Delivery]) -> Progress {
        let until = Instant::now() + GROUP_TIME;
        let mut progress = Progress::default();
        let mut standing = Standing::Unknown;
        for (place, delivery) in deliveries.iter().enumerate() {
            if Instant::now() > until {
                tracing::warn!(target: "chatlog", record = delivery.id, "no time is left for this record");
                progress.fail(place);
                break;
            }
            if let Err(error) = self.apply_record(place, delivery, until, &mut progress, &mut standing).await
            {
                tracing::warn!(target: "chatlog", record = delivery.id, cause = chain(&error), "a record failed");
                progress.fail(place);
                break;
            }
        }
        if let Standing::Present(uncounted) = standing
            && let Some(first_place) = uncounted.first_place
            && let Err(error) = self.count(*uncounted, &mut progress).await
        {
            tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not counted");
            progress.fail(first_place);
        }
        progress
    }

    async fn apply_record(
        &self,
        place: usize,
        delivery: &Delivery,
        until: Instant,
        progress: &mut Progress,
        standing: &mut Standing,
    ) -> Result<(), StoreError> {
        match Write::decode(&delivery.record) {
            Err(unreadable) => self.bury(delivery, &unreadable.to_string()).await?,
            // Out of its chat's order, and its effects would be counted in another chat.
            Ok(write) if write.chat().key() != delivery.group => {
                self.bury(delivery, "its message group is not its chat").await?;
            }
            Ok(Write::CreateChat(write)) => {
                // Its creator opened it already, unless it died or failed right after sending.
                self.counters.open_for_good(&write.id).await?;
                let delta = self.chats.create(&write).await?;
                progress.note_chat(place, write.id, write.revision, delta);
            }
            Ok(Write::DeleteChat(write)) => {
                let delta = self.delete_chat(&write, until).await?;
                // What was stored before in this batch has been swept too.
                *standing = Standing::Deleted;
                progress.keep_removals();
                progress.note_chat(place, write.id, write.revision, delta);
            }
            Ok(Write::SweepChat(chat)) => match self.chats.tally(&chat).await? {
                None => self.sweep(&chat, until).await?,
                Some(_) => self.bury(delivery, "its chat was not deleted").await?,
            },
            Ok(Write::CreateMessage(write)) => {
                self.apply_message(place, MessageWrite::Create(write), progress, standing).await?;
            }
            Ok(Write::UpdateMessage(write)) => {
                self.apply_message(place, MessageWrite::Update(write), progress, standing).await?;
            }
            Ok(Write::DeleteMessage(write)) => {
                self.apply_message(place, MessageWrite::Delete(write), progress, standing).await?;
            }
        }
        Ok(())
    }

    async fn apply_message(
        &self,
        place: usize,
        write: MessageWrite,
        progress: &mut Progress,
        standing: &mut Standing,
    ) -> Result<(), StoreError> {
        if matches!(standing, Standing::Unknown) {
            *standing = match self.chats.tally(&write.id().chat).await? {
                Some(tally) => Standing::Present(Box::new(Uncounted::new(tally))),
                None => Standing::Deleted,
            };
        }
        let Standing::Present(uncounted) = standing else {
            return self.drop_messages(place, std::slice::from_ref(write.id()), progress).await;
        };
        let applied = write.apply(&self.messages).await?;
        uncounted.note(place, &write, applied.delta);
        progress.changes.extend(applied.change.map(|change| (place, change)));
        Ok(())
    }

    /// Counts a group's messages. Where their chat was deleted meanwhile, they go the same way.
    async fn count(&self, uncounted: Uncounted, progress: &mut Progress) -> Result<(), StoreError> {
        let Uncounted { tally, first_place, messages, effects, latest } = uncounted;
        let (Some(place), Some(chat)) = (first_place, messages.first().map(|id| id.chat.clone())) else {
            return Ok(());
        };
        match self.chats.count(&chat, tally, &effects, latest).await? {
            Counted::In => Ok(()),
            Counted::Gone => {
                progress.keep_removals();
                let messages: Vec<MessageId> = messages.into_iter().collect();
                self.drop_messages(place, &messages, progress).await
            }
        }
    }

    /// Sees to it that nothing is left of messages whose chat was deleted.
    async fn drop_messages(
        &self,
        place: usize,
        messages: &[MessageId],
        progress: &mut Progress,
    ) -> Result<(), StoreError> {
        let left = self.messages.purge(messages).await?;
        if left > 0 {
            return Err(StoreError::new(format!("{left} messages of a deleted chat are left")));
        }
        progress.changes.extend(messages.iter().map(|id| (place, IndexChange::Remove(id.clone()))));
        Ok(())
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), StoreError> {
        self.dead_letters.bury(&delivery.id, &delivery.group, &delivery.record, reason).await?;
        tracing::error!(target: "chatlog", record = delivery.id, reason, "buried a record");
        Ok(())
    }
}
