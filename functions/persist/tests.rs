mod deleted_application;
mod log;

use std::time::Duration;

use conversation::fake::samples::{self, chat_id, message_id};
use conversation::fake::{FakeDeadLetters, FakeIndex, FakeIndexQueue, FakeSweepQueue, FakeTables, Fault};
use conversation::ports::{
    AllocateNumbers, CountMessages, CountOutcome, CreationOutcome, IndexMessages, MAX_PENDING, OpenChats,
    ReadApplications, ReadChats, ReadCounters, ReadCurrentMessages, ReadMessages, ReservationError,
    StoreChats, StoreError, StoreMessages,
};
use conversation::{
    ApplicationId, Chat, ChatId, CreateChat, DeleteChat, Deltas, IndexChange, IndexRequest, IndexedMessage,
    Limit, MessageId, MessageWrite, Order, PageRequest, RequestId, Row, Sweep, SweepChat, Timestamp,
    VersionedLedger, Write,
};
use proptest::prelude::*;
use sqs_queues::{decode_write, encode_write};
use tokio::time::advance;

use super::*;
use crate::sweep;
use crate::sweep::tests::unswept;

/// The fakes, of which only the chats may be special.
#[derive(Debug)]
struct Fakes<Chats = FakeTables>(std::marker::PhantomData<Chats>);

impl<Chats: StoreChats + CountMessages> PortTypes for Fakes<Chats> {
    type Applications = FakeTables;
    type DeletedApplications = FakeTables;
    type Chats = Chats;
    type Messages = FakeTables;
    type Counters = FakeTables;
    type Index = FakeIndex;
    type IndexQueue = FakeIndexQueue;
    type Sweeps = FakeSweepQueue;
    type DeadLetters = FakeDeadLetters;
}

fn handler<Chats: StoreChats + CountMessages>(tables: &FakeTables, chats: Chats) -> Handler<Fakes<Chats>> {
    Handler {
        applications: tables.clone(),
        deleted_applications: tables.clone(),
        chats,
        messages: tables.clone(),
        counters: tables.clone(),
        indexing: Indexing::new(FakeIndex::default(), FakeIndexQueue::default()),
        sweeps: FakeSweepQueue::default(),
        dead_letters: FakeDeadLetters::default(),
    }
}

/// Persist over fakes, and one application.
fn setup() -> (Handler<Fakes>, FakeTables, ApplicationId) {
    let (tables, application) = FakeTables::with_application();
    (handler(&tables, tables.clone()), tables, application)
}

/// Makes the queued sweeps and those that these queue. `made` of them were made before. Returns how many are made once none
/// is left or one fails.
async fn sweep_from<Chats: StoreChats + CountMessages>(
    mut made: usize,
    persist: &Handler<Fakes<Chats>>,
    tables: &FakeTables,
) -> usize {
    let sweep: sweep::Handler<sweep::tests::Fakes> = sweep::Handler {
        deleted_applications: tables.clone(),
        chats: tables.clone(),
        messages: tables.clone(),
        counters: tables.clone(),
        index: persist.indexing.index.clone(),
        sweeps: persist.sweeps.clone(),
        dead_letters: persist.dead_letters.clone(),
    };
    while let Some(next) = persist.sweeps.queued().get(made) {
        if !sweep.handle(&[delivery(&Write::Sweep(next.clone()))]).await.is_empty() {
            break;
        }
        made += 1;
    }
    made
}

/// Makes all queued sweeps, and those that these queue.
async fn sweep_all<Chats: StoreChats + CountMessages>(persist: &Handler<Fakes<Chats>>, tables: &FakeTables) {
    assert_eq!(sweep_from(0, persist, tables).await, persist.sweeps.queued().len());
}

fn delivery(write: &Write) -> Delivery {
    let record = encode_write(write).unwrap();
    Delivery { message_id: record.clone(), group: write.group(), record, ..Delivery::default() }
}

fn chat(application: &ApplicationId, number: u64) -> Delivery {
    let id = chat_id(application, number);
    delivery(&Write::CreateChat(samples::create_chat(&id, number, 5)))
}

/// A message whose revision decreases with its number, as if senders overtook each other.
fn message(application: &ApplicationId, chat: u64, number: u64) -> Delivery {
    let chat_id = chat_id(application, chat);
    let text = format!("{chat}/{number}");
    let write = samples::create_message(&chat_id, number, 100 - number, &text);
    delivery(&Write::Message(MessageWrite::Create(write)))
}

fn update(application: &ApplicationId, chat: u64, number: u64, at_revision: u64) -> Delivery {
    let chat_id = chat_id(application, chat);
    let text = format!("{chat}/{number} updated at {at_revision}");
    let write = samples::update_message(&chat_id, number, at_revision, &text);
    delivery(&Write::Message(MessageWrite::Update(write)))
}

fn delete(application: &ApplicationId, chat: u64, number: u64, at_revision: u64) -> Delivery {
    let write = samples::delete_message(&chat_id(application, chat), number, at_revision);
    delivery(&Write::Message(MessageWrite::Delete(write)))
}

fn delete_chat(application: &ApplicationId, chat: u64, at_revision: u64) -> Delivery {
    delivery(&Write::DeleteChat(samples::delete_chat(&chat_id(application, chat), at_revision)))
}

fn message_in(application: &ApplicationId, chat: u64, number: u64) -> MessageId {
    message_id(&chat_id(application, chat), number)
}

fn poison(group: &str) -> Delivery {
    Delivery {
        message_id: format!("poison in {group}"),
        group: group.to_owned(),
        record: "{\"version\":0}".to_owned(),
        ..Delivery::default()
    }
}

const NONE: [String; 0] = [];

fn all<Cursor>() -> PageRequest<Cursor> {
    PageRequest { limit: Limit::new(200).unwrap(), order: Order::Ascending, after: None }
}

/// Makes the calls of all message writes again, as if a first attempt of each took effect late.
async fn repeat_message_calls(tables: &FakeTables, records: &[Delivery]) {
    for record in records {
        match decode_write(&record.record).unwrap() {
            Write::Message(MessageWrite::Create(write)) => {
                StoreMessages::create(tables, &write).await.unwrap();
            }
            Write::Message(MessageWrite::Update(write)) => {
                StoreMessages::update(tables, &write).await.unwrap();
            }
            Write::Message(MessageWrite::Delete(write)) => {
                StoreMessages::delete(tables, &write).await.unwrap();
            }
            _ => {}
        }
    }
}

async fn live_chat(tables: &FakeTables, id: &ChatId) -> Chat {
    tables.chat(id).await.unwrap().live().unwrap()
}

async fn bodies(tables: &FakeTables, chat: &ChatId) -> Vec<String> {
    let page = tables.messages(chat, &all(), Timestamp::from_millis(100_000)).await.unwrap();
    page.items.iter().map(|message| message.body.as_str().to_owned()).collect()
}

#[tokio::test]
async fn a_batch_updates_rows_counts_and_index() {
    let (persist, tables, application) = setup();
    let batch = vec![
        chat(&application, 1),
        message(&application, 1, 1),
        chat(&application, 2),
        message(&application, 1, 2),
    ];
    assert_eq!(persist.handle(&batch).await, NONE);

    let id = chat_id(&application, 1);
    assert_eq!(bodies(&tables, &id).await, ["1/1", "1/2"]);
    let stored = live_chat(&tables, &id).await;
    assert_eq!(
        (stored.messages_count, stored.created_at.millis(), stored.updated_at.millis()),
        (2, 5, 1_002)
    );
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 2);
    assert_eq!(persist.indexing.index.documents().len(), 2);
    assert_eq!(tables.last_message(&id).await.unwrap(), Some(0), "persist opens a chat whose function died");
}

#[tokio::test]
async fn a_failed_record_delays_only_its_own_chat() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1), chat(&application, 2)]).await;
    // Group 1 runs first: it looks at its chat, then stores its messages in the order of their numbers.
    tables.faults.plan([Fault::None, Fault::None, Fault::Before]);
    let batch = vec![
        message(&application, 1, 1),
        message(&application, 2, 1),
        message(&application, 1, 2),
        message(&application, 2, 2),
        message(&application, 1, 3),
    ];
    let failed = persist.handle(&batch).await;
    assert_eq!(failed, [message(&application, 1, 2).message_id, message(&application, 1, 3).message_id]);
    let [first, second] = [1, 2].map(|number| chat_id(&application, number));
    assert_eq!(bodies(&tables, &first).await, ["1/1", "1/3"], "others are stored at the same time");
    assert_eq!(
        live_chat(&tables, &first).await.messages_count,
        1,
        "the failed one and those behind it are not counted"
    );
    assert_eq!(bodies(&tables, &second).await, ["2/1", "2/2"]);
    assert_eq!(live_chat(&tables, &second).await.messages_count, 2);

    assert_eq!(persist.handle(&[batch[2].clone(), batch[4].clone()]).await, NONE);
    assert_eq!(bodies(&tables, &first).await, ["1/1", "1/2", "1/3"]);
    assert_eq!(live_chat(&tables, &first).await.messages_count, 3);
}

#[tokio::test]
async fn a_write_to_a_message_waits_for_the_failed_one_before_it() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1)]).await;
    tables.faults.plan([Fault::None, Fault::Before]);
    let batch = vec![message(&application, 1, 1), update(&application, 1, 1, 101)];
    assert_eq!(persist.handle(&batch).await.len(), 2);
    let row = tables.current_message(&message_in(&application, 1, 1)).await.unwrap();
    assert_eq!(row, Row::Absent);
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, ["1/1 updated at 101"]);
}

#[tokio::test]
async fn an_unreadable_record_is_buried_and_its_group_continues() {
    let (persist, tables, application) = setup();
    let group = chat_id(&application, 1).key();
    let batch = vec![chat(&application, 1), poison(&group), message(&application, 1, 1)];
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, ["1/1"]);
    let reason = "not a write of version 1: it has version 0".to_owned();
    assert_eq!(persist.dead_letters.buried(), [(group, "{\"version\":0}".to_owned(), reason)]);
}

#[tokio::test]
async fn a_record_of_a_newer_release_delays_its_group() {
    let (persist, tables, application) = setup();
    let id = chat_id(&application, 1);
    let newer = Delivery { record: r#"{"version":2}"#.to_owned(), ..poison(&id.key()) };
    let batch = vec![chat(&application, 1), newer, message(&application, 1, 1)];
    let failed = persist.handle(&batch).await;
    assert_eq!(failed, [batch[1].message_id.clone(), batch[2].message_id.clone()]);
    assert_eq!(bodies(&tables, &id).await, NONE);
    assert_eq!(persist.dead_letters.buried(), []);
}

#[tokio::test]
async fn a_record_in_the_wrong_group_is_buried() {
    let (persist, tables, application) = setup();
    let stray = Delivery { group: chat_id(&application, 2).key(), ..message(&application, 1, 1) };
    assert_eq!(persist.handle(&[chat(&application, 1), stray]).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, NONE);
    assert_eq!(persist.dead_letters.buried()[0].2, "its message group is not its chat or application");
}

#[tokio::test]
async fn a_record_that_cannot_be_buried_delays_its_group() {
    let (persist, tables, application) = setup();
    persist.dead_letters.faults.plan([Fault::Before]);
    let batch =
        vec![chat(&application, 1), poison(&chat_id(&application, 1).key()), message(&application, 1, 1)];
    let failed = persist.handle(&batch).await;
    assert_eq!(failed, [batch[1].message_id.clone(), batch[2].message_id.clone()]);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, NONE);
}

#[tokio::test]
async fn uncounted_messages_are_delivered_again() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1)]).await;
    let batch = vec![message(&application, 1, 1), message(&application, 1, 2)];
    let ids: Vec<String> = batch.iter().map(|delivery| delivery.message_id.clone()).collect();
    tables.faults.plan([Fault::None, Fault::None, Fault::None, Fault::After]);
    assert_eq!(persist.handle(&batch).await, ids, "the reply of the count was lost");
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(live_chat(&tables, &chat_id(&application, 1)).await.messages_count, 2);
}

#[tokio::test]
async fn storing_messages_raises_the_limit_of_their_chat() {
    let (persist, tables, application) = setup();
    let id = chat_id(&application, 1);
    tables.open(&id, &RequestId::random().unwrap()).await.unwrap();
    persist.handle(&[chat(&application, 1)]).await;
    let write = samples::create_message(&id, 249, 249, "hi");
    let below = delivery(&Write::Message(MessageWrite::Create(write)));
    let write = samples::create_message(&id, 250, 250, "hi");
    let at_step = delivery(&Write::Message(MessageWrite::Create(write)));
    assert_eq!(persist.handle(&[below]).await, NONE);
    // After the look at the chat and the row, the count succeeds and the limit is not raised.
    tables.faults.plan([Fault::None, Fault::None, Fault::None, Fault::Before]);
    assert_eq!(
        persist.handle(std::slice::from_ref(&at_step)).await,
        std::slice::from_ref(&at_step.message_id)
    );
    for _ in 1..=MAX_PENDING {
        tables.allocate_number(&id).await.unwrap();
    }
    let refused = tables.allocate_number(&id).await;
    assert!(matches!(refused, Err(ReservationError::TooManyPending)));
    assert_eq!(persist.handle(&[at_step]).await, NONE);
    for _ in 1..=250 {
        tables.allocate_number(&id).await.unwrap();
    }
    let refused = tables.allocate_number(&id).await;
    assert!(matches!(refused, Err(ReservationError::TooManyPending)));
}

#[tokio::test]
async fn rows_do_not_wait_for_the_index() {
    let (persist, tables, application) = setup();
    persist.indexing.index.faults.plan([Fault::Before]);
    let batch = vec![chat(&application, 1), message(&application, 1, 1), message(&application, 1, 2)];
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, ["1/1", "1/2"]);
    assert_eq!(persist.indexing.index.documents().len(), 0);
    let deferred: Vec<u64> =
        persist.indexing.queue.deferred().iter().map(|request| request.message().message.get()).collect();
    assert_eq!(deferred, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn messages_neither_indexed_nor_deferred_are_delivered_again() {
    let (persist, _, application) = setup();
    persist.handle(&[chat(&application, 1)]).await;
    persist.indexing.index.faults.plan([Fault::Before]);
    persist.indexing.queue.faults.plan([Fault::Before]);
    let batch = vec![message(&application, 1, 1)];
    assert_eq!(persist.handle(&batch).await, [batch[0].message_id.clone()]);
    // After a failure, the index is not asked for ten seconds.
    advance(Duration::from_secs(10)).await;
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(persist.indexing.index.documents().len(), 1);
}

#[tokio::test]
async fn updates_and_deletions_change_rows_counts_and_index() {
    let (persist, tables, application) = setup();
    let batch = vec![
        chat(&application, 1),
        message(&application, 1, 1),
        message(&application, 1, 2),
        update(&application, 1, 1, 101),
        delete(&application, 1, 2, 102),
    ];
    assert_eq!(persist.handle(&batch).await, NONE);
    let id = chat_id(&application, 1);
    assert_eq!(bodies(&tables, &id).await, ["1/1 updated at 101"]);
    let stored = live_chat(&tables, &id).await;
    assert_eq!((stored.messages_count, stored.updated_at.millis()), (1, 6_000));
    let documents = persist.indexing.index.documents();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].message.body.as_str(), "1/1 updated at 101");
    assert_eq!(
        (documents[0].message.created_at.millis(), documents[0].message.updated_at.millis()),
        (1_001, 5_000)
    );
}

#[tokio::test]
async fn the_update_with_the_higher_revision_stays() {
    let (persist, tables, application) = setup();
    let batch = vec![
        chat(&application, 1),
        message(&application, 1, 1),
        update(&application, 1, 1, 102),
        update(&application, 1, 1, 101),
    ];
    assert_eq!(persist.handle(&batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, ["1/1 updated at 102"]);
}

#[tokio::test]
async fn changes_delivered_before_their_creation_are_not_lost() {
    let (persist, tables, application) = setup();
    persist
        .handle(&[chat(&application, 1), update(&application, 1, 1, 101), delete(&application, 1, 2, 102)])
        .await;
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, NONE);
    persist.handle(&[message(&application, 1, 1), message(&application, 1, 2)]).await;
    assert_eq!(bodies(&tables, &chat_id(&application, 1)).await, ["1/1 updated at 101"]);
    assert_eq!(live_chat(&tables, &chat_id(&application, 1)).await.messages_count, 1);
}

#[tokio::test]
async fn deleting_a_chat_removes_all_its_messages() {
    let (persist, tables, application) = setup();
    let many: Vec<Delivery> = (1..=99).map(|number| message(&application, 1, number)).collect();
    persist.handle(&[chat(&application, 1), chat(&application, 2), message(&application, 2, 1)]).await;
    persist.handle(&many).await;
    let batch = vec![
        update(&application, 1, 5, 101),
        delete_chat(&application, 1, 3),
        update(&application, 1, 6, 102),
    ];
    assert_eq!(persist.handle(&batch).await, NONE);

    let id = chat_id(&application, 1);
    assert_eq!(tables.chat(&id).await.unwrap(), Row::Deleted);
    assert_eq!(tables.last_message(&id).await.unwrap(), None, "closed");
    assert_eq!(persist.sweeps.queued(), [Sweep::Chat(SweepChat { id: id.clone(), after: None })]);
    sweep_all(&persist, &tables).await;
    assert_eq!(unswept(&tables, &id).await, []);
    reindex(&persist, &tables).await;
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 1);
    let found: Vec<MessageId> = persist.indexing.index.documents().iter().map(IndexedMessage::id).collect();
    assert_eq!(found, [message_in(&application, 2, 1)]);

    // Late and repeated records change nothing.
    assert_eq!(
        persist
            .handle(&[chat(&application, 1), message(&application, 1, 7), delete_chat(&application, 1, 3)])
            .await,
        NONE
    );
    assert_eq!(unswept(&tables, &id).await, []);
    assert_eq!(tables.last_message(&id).await.unwrap(), None, "still closed");
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 1);
    assert_eq!(persist.indexing.index.documents().len(), 1);
}

#[tokio::test]
async fn a_late_message_beside_the_repeated_deletion_of_its_chat_rejects_late_calls() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1), delete_chat(&application, 1, 2)]).await;
    let late = message(&application, 1, 7);
    assert_eq!(persist.handle(&[late.clone(), delete_chat(&application, 1, 2)]).await, NONE);
    sweep_all(&persist, &tables).await;
    repeat_message_calls(&tables, &[late]).await;
    assert_eq!(unswept(&tables, &chat_id(&application, 1)).await, []);
}

#[tokio::test]
async fn calls_that_take_effect_after_the_sweep_bring_no_message_back() {
    let (persist, tables, application) = setup();
    let records = every_record(&application);
    assert_eq!(persist.handle(&records).await, NONE);
    sweep_all(&persist, &tables).await;
    repeat_message_calls(&tables, &records).await;
    let deleted = chat_id(&application, CHATS);
    assert_eq!(unswept(&tables, &deleted).await, []);
    for number in 1..=MESSAGES {
        let row = tables.message(&message_id(&deleted, number)).await.unwrap();
        assert_eq!(row, Row::Deleted, "message {number}");
    }
}

#[tokio::test]
async fn a_deletion_whose_sweep_cannot_be_queued_is_delivered_again() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1), message(&application, 1, 1)]).await;
    let deletion = delete_chat(&application, 1, 2);
    persist.sweeps.faults.plan([Fault::Before]);
    assert_eq!(
        persist.handle(std::slice::from_ref(&deletion)).await,
        std::slice::from_ref(&deletion.message_id)
    );
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 1);
    assert_eq!(persist.handle(&[deletion]).await, NONE);
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 0);
    sweep_all(&persist, &tables).await;
    assert_eq!(unswept(&tables, &chat_id(&application, 1)).await, []);
}

#[tokio::test]
async fn a_sweep_on_the_queue_of_writes_is_passed_on() {
    let (persist, _, application) = setup();
    let sweep = Sweep::Chat(SweepChat { id: chat_id(&application, 1), after: None });
    assert_eq!(persist.handle(&[delivery(&Write::Sweep(sweep.clone()))]).await, NONE);
    assert_eq!(persist.sweeps.queued(), [sweep]);
}

#[tokio::test]
async fn a_creation_whose_number_is_taken_is_buried_and_not_counted() {
    let (persist, tables, application) = setup();
    let id = chat_id(&application, 1);
    persist.handle(&[chat(&application, 1), message(&application, 1, 1)]).await;
    // As if the counters had been restored to an earlier state.
    let other_revision = samples::create_message(&id, 1, 7, "other");
    let mut same_revision = samples::create_message(&id, 1, 99, "other");
    same_revision.at = Timestamp::from_millis(8);
    let other_chat = samples::create_chat(&id, 9, 5);
    for (write, group) in [
        (Write::Message(MessageWrite::Create(other_revision)), "message of another revision"),
        (Write::Message(MessageWrite::Create(same_revision)), "message of the same revision"),
        (Write::CreateChat(other_chat), "chat"),
    ] {
        let record = delivery(&write);
        let buried = persist.dead_letters.buried().len();
        persist.dead_letters.faults.plan([Fault::Before]);
        assert_eq!(persist.handle(std::slice::from_ref(&record)).await.len(), 1, "{group}");
        assert_eq!(persist.handle(&[record.clone(), message(&application, 1, 2)]).await, NONE, "{group}");
        let letters = persist.dead_letters.buried();
        assert_eq!(letters.len(), buried + 1, "{group}");
        assert_eq!(letters[buried].2, "another write created the row of its number");
        assert_eq!(bodies(&tables, &id).await, ["1/1", "1/2"], "{group}");
        assert_eq!(live_chat(&tables, &id).await.messages_count, 2, "{group}");
    }
    assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, 1);
}

/// Chats that are deleted between the read of the ledger and the count.
struct DeletedMeanwhile(FakeTables);

impl StoreChats for DeletedMeanwhile {
    async fn create(&self, write: &CreateChat) -> Result<CreationOutcome<i64>, StoreError> {
        StoreChats::create(&self.0, write).await
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        StoreChats::delete(&self.0, write).await
    }
}

impl CountMessages for DeletedMeanwhile {
    async fn versioned_ledger(&self, chat: &ChatId) -> Result<Option<VersionedLedger>, StoreError> {
        self.0.versioned_ledger(chat).await
    }

    async fn count(
        &self,
        chat: &ChatId,
        seen: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<CountOutcome, StoreError> {
        let deletion = samples::delete_chat(chat, 2);
        StoreChats::delete(&self.0, &deletion).await?;
        CountMessages::count(&self.0, chat, seen, deltas, latest).await
    }
}

#[tokio::test]
async fn messages_racing_with_the_deletion_of_their_chat_are_removed() {
    let (_, tables, application) = setup();
    let racing = handler(&tables, DeletedMeanwhile(tables.clone()));
    let batch = vec![
        chat(&application, 1),
        message(&application, 1, 1),
        update(&application, 1, 1, 101),
        message(&application, 1, 2),
    ];
    assert_eq!(racing.handle(&batch).await, NONE);
    assert_eq!(unswept(&tables, &chat_id(&application, 1)).await, []);
    assert_eq!(racing.indexing.index.documents().len(), 0);
}

const CHATS: u64 = 3;
const MESSAGES: u64 = 4;

/// Four messages in each chat, one updated twice and one deleted; the last chat is deleted.
fn every_record(application: &ApplicationId) -> Vec<Delivery> {
    let of_chat = |number| {
        let messages = (1..=MESSAGES).map(move |place| message(application, number, place));
        let changes = [
            update(application, number, 2, 101),
            update(application, number, 2, 102),
            update(application, number, 3, 103),
            delete(application, number, 3, 104),
        ];
        std::iter::once(chat(application, number)).chain(messages).chain(changes)
    };
    (1..=CHATS).flat_map(of_chat).chain([delete_chat(application, CHATS, CHATS + 1)]).collect()
}

/// Does with the deferred changes what `reindex` does.
async fn reindex(persist: &Handler<Fakes>, tables: &FakeTables) {
    for request in persist.indexing.queue.deferred() {
        let id = request.message().clone();
        let change = match (request, tables.current_message(&id).await.unwrap()) {
            (IndexRequest::Refresh(_), Row::Live(message)) => IndexChange::Put(message),
            _ => IndexChange::Remove(id),
        };
        persist.indexing.index.index(&[change]).await.unwrap();
    }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Before), 1 => Just(Fault::After)];
    prop::collection::vec(fault, 0..60)
}

proptest! {
    /// Records in any order, any number of times, with any faults: once every record is applied, rows, counts and
    /// index are those of one delivery without faults.
    #[test]
    fn any_deliveries_lead_to_the_same_rows_and_counts(
        batches in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..=10), 0..20),
        table_faults in faults(),
        index_faults in faults(),
        index_queue_faults in faults(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (persist, tables, application) = setup();
            let records = every_record(&application);
            tables.faults.plan(table_faults);
            persist.indexing.index.faults.plan(index_faults);
            persist.indexing.queue.faults.plan(index_queue_faults);
            for batch in &batches {
                persist.handle(&batch.iter().map(|place| place.get(&records).clone()).collect::<Vec<_>>()).await;
            }
            tables.faults.clear();
            persist.indexing.index.faults.clear();
            persist.indexing.queue.faults.clear();
            prop_assert_eq!(persist.handle(&records).await, NONE);
            sweep_all(&persist, &tables).await;
            reindex(&persist, &tables).await;
            repeat_message_calls(&tables, &every_record(&application)).await;

            prop_assert_eq!(tables.application(&application).await.unwrap().unwrap().chats_count, CHATS - 1);
            let mut readable = Vec::new();
            for number in 1..CHATS {
                let id = chat_id(&application, number);
                prop_assert_eq!(live_chat(&tables, &id).await.messages_count, MESSAGES - 1);
                let expected =
                    [format!("{number}/1"), format!("{number}/2 updated at 102"), format!("{number}/4")];
                prop_assert_eq!(bodies(&tables, &id).await, expected.clone());
                readable.extend(expected);
            }
            let deleted = chat_id(&application, CHATS);
            prop_assert_eq!(tables.chat(&deleted).await.unwrap(), Row::Deleted);
            prop_assert_eq!(tables.last_message(&deleted).await.unwrap(), None);
            prop_assert_eq!(unswept(&tables, &deleted).await, []);
            let documents = persist.indexing.index.documents().into_iter();
            let found: Vec<String> =
                documents.map(|document| document.message.body.as_str().to_owned()).collect();
            prop_assert_eq!(found, readable);
            Ok(())
        })?;
    }
}
