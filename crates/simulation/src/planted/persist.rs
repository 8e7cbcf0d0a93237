//! `persist` and its ports with bugs.

use anyhow::Result;
use conversation::ports::{
    AppliedWrite, CountMessages, CountOutcome, CreationOutcome, IndexMessages, StoreChats, StoreError,
    StoreMessages, SweepMessages, UnsweptMessages,
};
use conversation::{
    ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, Deltas, IndexChange, Ledger, MessageId,
    MessageNumber, Revision, Timestamp, UpdateMessage, VersionedLedger,
};
use dynamodb_tables::{Applications, Chats, Counters, DeletedApplications, Messages};
use function_environment::Environment;
use functions::persist::{Aws, Handler, Indexing, PortTypes};
use sqs_queues::{DeadLetterQueue, Delivery, HandleBatch, IndexQueue, SweepQueue};

use super::{Bug, Planted};
use crate::services::index::Index;

/// Persist's ports with a bug.
#[derive(Debug)]
pub(super) struct PlantedPorts;

impl PortTypes for PlantedPorts {
    type Applications = Applications;
    type DeletedApplications = DeletedApplications;
    type Chats = Planted<Chats>;
    type Messages = Planted<Messages>;
    type Counters = Counters;
    type Index = Planted<Index>;
    type IndexQueue = IndexQueue;
    type Sweeps = SweepQueue;
    type DeadLetters = DeadLetterQueue;
}

pub(super) fn handler(
    environment: &Environment,
    index: &Index,
    bug: Bug,
) -> Result<Planted<Handler<PlantedPorts>>> {
    let correct = Handler::<Aws<Index>>::with_index(environment, index.clone())?;
    let handler = Handler {
        applications: correct.applications,
        deleted_applications: correct.deleted_applications,
        chats: Planted { port: correct.chats, bug },
        messages: Planted { port: correct.messages, bug },
        counters: correct.counters,
        indexing: Indexing::new(Planted { port: correct.indexing.index, bug }, correct.indexing.queue),
        sweeps: correct.sweeps,
        dead_letters: correct.dead_letters,
    };
    Ok(Planted { port: handler, bug })
}

impl HandleBatch for Planted<Handler<PlantedPorts>> {
    const NAME: &'static str = Handler::<PlantedPorts>::NAME;

    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String> {
        let failed = self.port.handle(deliveries).await;
        if self.bug == Bug::DropsFailures { Vec::new() } else { failed }
    }
}

impl StoreChats for Planted<Chats> {
    async fn create(&self, write: &CreateChat) -> Result<CreationOutcome<i64>, StoreError> {
        self.port.create(write).await
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        self.port.delete(write).await
    }
}

impl CountMessages for Planted<Chats> {
    async fn versioned_ledger(&self, chat: &ChatId) -> Result<Option<VersionedLedger>, StoreError> {
        self.port.versioned_ledger(chat).await
    }

    async fn count(
        &self,
        chat: &ChatId,
        seen: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<CountOutcome, StoreError> {
        let seen = match self.bug {
            Bug::CountsTwice => VersionedLedger { ledger: Ledger::default(), ..seen },
            _ => seen,
        };
        CountMessages::count(&self.port, chat, seen, deltas, latest).await
    }
}

impl StoreMessages for Planted<Messages> {
    async fn create(&self, write: &CreateMessage) -> Result<CreationOutcome<AppliedWrite>, StoreError> {
        self.port.create(write).await
    }

    async fn update(&self, write: &UpdateMessage) -> Result<AppliedWrite, StoreError> {
        if self.bug != Bug::AppliesUpdatesOutOfOrder {
            return self.port.update(write).await;
        }
        let reversed = Revision::MAX.get() - write.revision.get();
        let revision = Revision::new(reversed).map_err(StoreError::new)?;
        self.port.update(&UpdateMessage { revision, ..write.clone() }).await
    }

    async fn delete(&self, write: &DeleteMessage) -> Result<AppliedWrite, StoreError> {
        self.port.delete(write).await
    }
}

impl SweepMessages for Planted<Messages> {
    async fn unswept_messages(
        &self,
        chat: &ChatId,
        after: Option<MessageNumber>,
    ) -> Result<UnsweptMessages, StoreError> {
        match self.bug {
            Bug::KeepsMessagesOfDeletedChats => Ok(UnsweptMessages { messages: Vec::new(), next: None }),
            _ => self.port.unswept_messages(chat, after).await,
        }
    }

    async fn sweep_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        self.port.sweep_rows(messages).await
    }
}

impl IndexMessages for Planted<Index> {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if self.bug != Bug::LosesRemovals {
            return self.port.index(changes).await;
        }
        let (positions, kept): (Vec<usize>, Vec<IndexChange>) = changes
            .iter()
            .cloned()
            .enumerate()
            .filter(|(_, change)| !matches!(change, IndexChange::Remove(_)))
            .unzip();
        let failed = self.port.index(&kept).await?;
        Ok(failed.into_iter().filter_map(|position| positions.get(position).copied()).collect())
    }
}
