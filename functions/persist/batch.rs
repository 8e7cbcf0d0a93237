use std::collections::BTreeMap;

use conversation::ports::{CountChats as _, CountOutcome, StoreError};
use conversation::{ApplicationId, ChatId, Deltas, IndexChange, IndexRequest, error_chain};
use function_log::Metric;
use futures_util::future::{join, join_all};
use sqs_queues::{Delivery, RecordLog, log_batch};

use super::group::Group;
use super::outcome::{ChatDelta, GroupOutcome};
use super::ports::{Handler, PortTypes};
use crate::chat_deletion::delete_with_application;

/// A record's group, and its position in the group.
type RecordPosition = (usize, usize);

/// Applies a batch of records. Groups run concurrently, each in its own order. What they share is done once for the
/// batch: an application's `chats_count`, and one request to the index. Returns the message ids of the records that must
/// be delivered again: each that failed, and all behind it in its group.
pub(super) async fn apply<T: PortTypes>(ports: &Handler<T>, deliveries: &[Delivery]) -> Vec<String> {
    let groups = by_group(deliveries);
    let runs = groups.iter().map(|group| Group::new(ports).apply(group));
    let mut outcomes: Vec<GroupOutcome> = join_all(runs).await;
    let (positions, changes) = take_changes(&mut outcomes);
    let (uncounted, unindexed) =
        join(count_chats(ports, &outcomes), change_index(ports, &positions, &changes)).await;
    let (deferred, unindexed) =
        unindexed.map_or_else(|failed| (Vec::new(), failed), |deferred| (deferred, Vec::new()));
    for (group, position) in uncounted.into_iter().chain(unindexed) {
        if let Some(outcome) = outcomes.get_mut(group) {
            outcome.fail(position);
        }
    }
    for (group, position) in deferred {
        if let Some(outcome) = outcomes.get_mut(group) {
            outcome.index_deferred.insert(position);
        }
    }
    let records: Vec<RecordLog<'_>> =
        groups.iter().zip(&outcomes).flat_map(|(group, outcome)| outcome.log(group)).collect();
    log_batch("stored a batch", Some(Metric::StoredAfter), &records)
}

/// The records by message group; groups and records in the order of the queue.
fn by_group(deliveries: &[Delivery]) -> Vec<Vec<&Delivery>> {
    let mut groups: Vec<Vec<&Delivery>> = Vec::new();
    let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
    for delivery in deliveries {
        let index = *indexes.entry(&delivery.group).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(index) {
            group.push(delivery);
        }
    }
    groups
}

/// Takes the index changes of all applied records out of the outcomes, with their positions.
fn take_changes(outcomes: &mut [GroupOutcome]) -> (Vec<RecordPosition>, Vec<IndexChange>) {
    let mut taken = Vec::new();
    for (group, outcome) in outcomes.iter_mut().enumerate() {
        let changes = std::mem::take(&mut outcome.changes);
        let applied = changes.into_iter().filter(|(position, _)| outcome.includes(*position));
        taken.extend(applied.map(|(position, change)| ((group, position), change)));
    }
    taken.into_iter().unzip()
}

/// Counts created and deleted chats, with one update for each application. Returns the positions that failed.
async fn count_chats<T: PortTypes>(ports: &Handler<T>, outcomes: &[GroupOutcome]) -> Vec<RecordPosition> {
    let mut applications: BTreeMap<&ApplicationId, Vec<(RecordPosition, &ChatDelta)>> = BTreeMap::new();
    for (group, outcome) in outcomes.iter().enumerate() {
        for chat in outcome.chats.iter().filter(|chat| outcome.includes(chat.position)) {
            applications.entry(&chat.chat.application).or_default().push(((group, chat.position), chat));
        }
    }
    let counts = applications.into_iter().map(|(application, chats)| async move {
        let (positions, chats): (Vec<RecordPosition>, Vec<&ChatDelta>) = chats.into_iter().unzip();
        match count_chats_of(ports, application, &chats).await {
            Ok(()) => Vec::new(),
            Err(error) => {
                let (application, cause) = (application.as_str(), error_chain(&error));
                tracing::warn!(target: "chatlog", application, cause, "could not count chats; their records will be delivered again");
                positions
            }
        }
    });
    join_all(counts).await.concat()
}

async fn count_chats_of<T: PortTypes>(
    ports: &Handler<T>,
    application: &ApplicationId,
    chats: &[&ChatDelta],
) -> Result<(), StoreError> {
    let mut deltas = Deltas::default();
    for chat in chats {
        deltas.insert(chat.revision, chat.delta);
    }
    match ports.applications.count(application, &deltas).await? {
        CountOutcome::Applied => {}
        CountOutcome::ParentDeleted => {
            // These were stored after the tombstone, so the deletion of the application may have missed them.
            let created: Vec<ChatId> =
                chats.iter().filter(|chat| chat.delta > 0).map(|chat| chat.chat.clone()).collect();
            delete_with_application(&created, &ports.counters, &ports.chats, &ports.sweeps).await?;
        }
        CountOutcome::ParentUnknown => {
            let application = application.as_str();
            tracing::error!(target: "chatlog", application, "could not count chats: their application has no row");
        }
    }
    Ok(())
}

/// Makes all index changes in one request, or queues them for later. Returns the positions of those that are queued.
///
/// # Errors
/// The positions of those for which neither succeeded.
async fn change_index<T: PortTypes>(
    ports: &Handler<T>,
    positions: &[RecordPosition],
    changes: &[IndexChange],
) -> Result<Vec<RecordPosition>, Vec<RecordPosition>> {
    let failed = ports.indexing.attempt(changes).await;
    let requests: Vec<IndexRequest> = failed
        .iter()
        .filter_map(|position| changes.get(*position))
        .map(|change| IndexRequest::Refresh(change.id()))
        .collect();
    let records = failed.into_iter().filter_map(|position| positions.get(position).copied()).collect();
    match ports.indexing.defer(&requests).await {
        Ok(()) => Ok(records),
        Err(error) => {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not queue index changes; their records will be delivered again");
            Err(records)
        }
    }
}
