use std::collections::BTreeMap;
use std::time::Duration;

use conversation::ports::{
    BuryRecords, CountChats, CountMessages, DeferIndexing, IndexMessages, IndexedMessage, OpenChats,
    StoreChats, StoreError, StoreMessages,
};
use conversation::{Effects, Token};
use function_environment::chain;
use futures_util::future::{join, join_all};
use sqs_queues::Delivery;
use tokio::time::timeout;

use crate::group::Progress;

/// How long the index may take before its messages are queued for later.
const INDEX_TIME: Duration = Duration::from_secs(2);

/// A record's place: its group, and where it stands in it.
type Place = (usize, usize);

/// Applies batches of records from the queue of writes.
///
/// Groups go side by side, each in its own order. What they have in common is done once for the whole
/// batch: an application's `chats_count`, and one request to the index.
#[derive(Debug)]
pub(crate) struct Persist<Applications, Chats, Messages, Counters, Index, IndexQueue, DeadLetters> {
    pub(crate) applications: Applications,
    pub(crate) chats: Chats,
    pub(crate) messages: Messages,
    pub(crate) counters: Counters,
    pub(crate) index: Index,
    pub(crate) index_queue: IndexQueue,
    pub(crate) dead_letters: DeadLetters,
}

impl<Applications, Chats, Messages, Counters, Index, IndexQueue, DeadLetters>
    Persist<Applications, Chats, Messages, Counters, Index, IndexQueue, DeadLetters>
where
    Applications: CountChats,
    Chats: StoreChats + CountMessages,
    Messages: StoreMessages,
    Counters: OpenChats,
    Index: IndexMessages,
    IndexQueue: DeferIndexing,
    DeadLetters: BuryRecords,
{
    /// Applies the records and answers the names of those that must be delivered again: each one that
    /// failed, and all behind it in its group.
    pub(crate) async fn apply(&self, deliveries: Vec<Delivery>) -> Vec<String> {
        let groups = by_group(&deliveries);
        let mut progress: Vec<Progress> = join_all(groups.iter().map(|group| self.apply_group(group))).await;
        let (places, messages) = documents(&mut progress);
        let (uncounted, unindexed) =
            join(self.count_chats(&progress), self.index_messages(&places, &messages)).await;
        for (group, place) in uncounted.into_iter().chain(unindexed) {
            if let Some(progress) = progress.get_mut(group) {
                progress.fail(place);
            }
        }
        let again: Vec<String> = groups
            .iter()
            .zip(&progress)
            .flat_map(|(group, progress)| group.iter().skip(progress.failed_from.unwrap_or(usize::MAX)))
            .map(|delivery| delivery.id.clone())
            .collect();
        tracing::info!(target: "chatlog", function = "persist", records = deliveries.len(), groups = groups.len(), again = again.len(), "applied");
        again
    }

    /// Counts the created chats, one update an application. Answers the places that failed.
    async fn count_chats(&self, progress: &[Progress]) -> Vec<Place> {
        let mut applications: BTreeMap<&Token, (Effects, Vec<Place>)> = BTreeMap::new();
        for (group, progress) in progress.iter().enumerate() {
            for chat in progress.chats.iter().filter(|chat| progress.reached(chat.place)) {
                let (effects, places) = applications.entry(&chat.application).or_default();
                effects.note(chat.revision, chat.delta);
                places.push((group, chat.place));
            }
        }
        let counts = applications.into_iter().map(|(application, (effects, places))| async move {
            match self.applications.count(application, &effects).await {
                Ok(()) => Vec::new(),
                Err(error) => {
                    tracing::warn!(target: "chatlog", cause = chain(&error), "chats were not counted");
                    places
                }
            }
        });
        join_all(counts).await.concat()
    }

    /// Brings all stored messages into the index at once. Those that the index does not take are queued
    /// to be indexed later: the tables do not wait for it. Answers the places that failed even so.
    async fn index_messages(&self, places: &[Place], messages: &[IndexedMessage]) -> Vec<Place> {
        let indexed = timeout(INDEX_TIME, self.index.index(messages)).await;
        let failed = indexed.unwrap_or_else(|late| Err(StoreError::new(late))).unwrap_or_else(|error| {
            tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not indexed");
            (0..messages.len()).collect()
        });
        let later: Vec<&IndexedMessage> = failed.iter().filter_map(|failed| messages.get(*failed)).collect();
        if later.is_empty() {
            return Vec::new();
        }
        match self.index_queue.defer(&later).await {
            Ok(()) => Vec::new(),
            Err(error) => {
                tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not queued for the index");
                failed.into_iter().filter_map(|failed| places.get(failed).copied()).collect()
            }
        }
    }
}

/// Takes out what the index is to hold, with the place each came from.
fn documents(progress: &mut [Progress]) -> (Vec<Place>, Vec<IndexedMessage>) {
    let mut taken = Vec::new();
    for (group, progress) in progress.iter_mut().enumerate() {
        let documents = std::mem::take(&mut progress.documents);
        let reached = documents.into_iter().filter(|(place, _)| progress.reached(*place));
        taken.extend(reached.map(|(place, message)| ((group, place), message)));
    }
    taken.into_iter().unzip()
}

/// The records of each group, groups and records in the order of the queue.
fn by_group(deliveries: &[Delivery]) -> Vec<Vec<&Delivery>> {
    let mut groups: Vec<Vec<&Delivery>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for delivery in deliveries {
        let place = *places.entry(&delivery.group).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.push(delivery);
        }
    }
    groups
}

#[cfg(test)]
mod tests;
