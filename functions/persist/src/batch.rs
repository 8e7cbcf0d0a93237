use std::collections::BTreeMap;

use conversation::ports::{
    BuryRecords, CloseChats, CountChats, CountMessages, DeferIndexing, IndexMessages, OpenChats, SendWrites,
    StoreChats, StoreMessages, SweepMessages,
};
use conversation::{Effects, IndexChange, IndexRequest, Token};
use function_environment::chain;
use futures_util::future::{join, join_all};
use sqs_queues::Delivery;

use crate::group::Progress;
use crate::indexing::Indexing;

/// A record's place: its group, and where it stands in it.
type Place = (usize, usize);

/// Applies batches of records from the queue of writes.
///
/// Groups go side by side, each in its own order. What they have in common is done once for the whole
/// batch: an application's `chats_count`, and one request to the index.
#[derive(Debug)]
pub(crate) struct Persist<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters> {
    pub(crate) applications: Applications,
    pub(crate) chats: Chats,
    pub(crate) messages: Messages,
    pub(crate) counters: Counters,
    pub(crate) writes: Writes,
    pub(crate) indexing: Indexing<Index, IndexQueue>,
    pub(crate) dead_letters: DeadLetters,
}

impl<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
    Persist<Applications, Chats, Messages, Counters, Writes, Index, IndexQueue, DeadLetters>
where
    Applications: CountChats,
    Chats: StoreChats + CountMessages,
    Messages: StoreMessages + SweepMessages,
    Counters: OpenChats + CloseChats,
    Writes: SendWrites,
    Index: IndexMessages,
    IndexQueue: DeferIndexing,
    DeadLetters: BuryRecords,
{
    /// Applies the records and answers the names of those that must be delivered again: each one that
    /// failed, and all behind it in its group.
    pub(crate) async fn apply(&self, deliveries: Vec<Delivery>) -> Vec<String> {
        let groups = by_group(&deliveries);
        let mut progress: Vec<Progress> = join_all(groups.iter().map(|group| self.apply_group(group))).await;
        let (places, changes) = changes(&mut progress);
        let (uncounted, unindexed) =
            join(self.count_chats(&progress), self.change_index(&places, &changes)).await;
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

    /// Counts the chats that were created and deleted, one update an application. Answers the places that failed.
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

    /// Makes all changes of the index at once, or queues them for later. Answers the places where neither
    /// could be done.
    async fn change_index(&self, places: &[Place], changes: &[IndexChange]) -> Vec<Place> {
        let failed = self.indexing.attempt(changes).await;
        let later: Vec<IndexRequest> = failed
            .iter()
            .filter_map(|place| changes.get(*place))
            .map(|change| IndexRequest::Refresh(change.id()))
            .collect();
        match self.indexing.defer(&later).await {
            Ok(()) => Vec::new(),
            Err(error) => {
                tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not queued for the index");
                failed.into_iter().filter_map(|failed| places.get(failed).copied()).collect()
            }
        }
    }
}

/// Takes out what is to change in the index, with the place each came from.
fn changes(progress: &mut [Progress]) -> (Vec<Place>, Vec<IndexChange>) {
    let mut taken = Vec::new();
    for (group, progress) in progress.iter_mut().enumerate() {
        let changes = std::mem::take(&mut progress.changes);
        let reached = changes.into_iter().filter(|(place, _)| progress.reached(*place));
        taken.extend(reached.map(|(place, change)| ((group, place), change)));
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
