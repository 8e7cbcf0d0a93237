use conversation::fake::samples::{self, chat_id, message_id};
use conversation::fake::{FakeDeadLetters, FakeIndex, FakeSweepQueue, FakeTables, Fault};
use conversation::ports::{
    CloseChats, DeleteApplications, IndexMessages, ReadChats, ReadCounters, ReadMessages, StoreChats,
    StoreMessages, SweepMessages,
};
use conversation::{
    ApplicationId, ChatId, ChatNumber, DeleteChat, IndexChange, Limit, MessageId, MessageNumber, Order,
    PageRequest, Revision, Row, SweepApplication, SweepChat, Write,
};
use function_log::CapturedLog;
use serde_json::json;
use sqs_queues::encode_write;
use tracing::Level;

use super::*;

#[derive(Debug)]
pub(crate) struct Fakes;

impl PortTypes for Fakes {
    type DeletedApplications = FakeTables;
    type Chats = FakeTables;
    type Messages = FakeTables;
    type Counters = FakeTables;
    type Index = FakeIndex;
    type Sweeps = FakeSweepQueue;
    type DeadLetters = FakeDeadLetters;
}

/// Sweep over fakes, and one application.
fn setup() -> (Handler<Fakes>, FakeTables, ApplicationId) {
    let (tables, application) = FakeTables::with_application();
    let handler = Handler {
        deleted_applications: tables.clone(),
        chats: tables.clone(),
        messages: tables.clone(),
        counters: tables.clone(),
        index: FakeIndex::default(),
        sweeps: FakeSweepQueue::default(),
        dead_letters: FakeDeadLetters::default(),
    };
    (handler, tables, application)
}

/// A chat with messages in table and index.
async fn chat_with(messages: u64, sweep: &Handler<Fakes>, tables: &FakeTables, id: &ChatId) {
    StoreChats::create(tables, &samples::create_chat(id, id.chat.get(), 5)).await.unwrap();
    for number in 1..=messages {
        let write = samples::create_message(id, number, number, "one of many");
        StoreMessages::create(tables, &write).await.unwrap();
        let message = samples::indexed_message(id, number, number, "one of many");
        sweep.index.index(&[IndexChange::Put(message)]).await.unwrap();
    }
}

async fn tombstone(tables: &FakeTables, id: &ChatId, revision: u64) {
    StoreChats::delete(tables, &samples::delete_chat(id, revision)).await.unwrap();
}

fn of_chat(id: &ChatId, after: Option<u64>) -> Sweep {
    let after = after.map(|after| MessageNumber::new(after).unwrap());
    Sweep::Chat(SweepChat { id: id.clone(), after })
}

fn of_application(id: &ApplicationId, after: Option<u64>) -> Sweep {
    let after = after.map(|after| ChatNumber::new(after).unwrap());
    Sweep::Application(SweepApplication { id: id.clone(), after })
}

fn delivery(sweep: &Sweep) -> Delivery {
    let record = encode_write(&Write::Sweep(sweep.clone())).unwrap();
    Delivery { message_id: record.clone(), record, ..Delivery::default() }
}

const NONE: [String; 0] = [];

/// The messages of a chat that a sweep would find.
pub(crate) async fn unswept(tables: &FakeTables, chat: &ChatId) -> Vec<MessageId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = tables.unswept_messages(chat, after).await.unwrap();
        found.extend(page.messages);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn the_messages_of_a_deleted_chat_leave_table_and_index() {
    let (sweep, tables, application) = setup();
    let [deleted, other] = [1, 2].map(|number| chat_id(&application, number));
    chat_with(250, &sweep, &tables, &deleted).await;
    chat_with(1, &sweep, &tables, &other).await;
    tombstone(&tables, &deleted, 3).await;
    assert_eq!(sweep.handle(&[delivery(&of_chat(&deleted, None))]).await, NONE);
    assert_eq!(unswept(&tables, &deleted).await, []);
    assert_eq!(sweep.index.documents().len(), 1);
    assert_eq!(unswept(&tables, &other).await, [message_id(&other, 1)]);
    assert_eq!(sweep.sweeps.queued(), []);
    assert_eq!(sweep.handle(&[delivery(&of_chat(&deleted, None))]).await, NONE, "again");
}

#[tokio::test]
async fn after_its_time_a_sweep_queues_another_one_that_continues() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(250, &sweep, &tables, &id).await;
    tombstone(&tables, &id, 3).await;
    let whole = SweepChat { id: id.clone(), after: None };
    sweep.sweep_chat(whole, Instant::now()).await.unwrap();
    assert_eq!(sweep.sweeps.queued(), [of_chat(&id, Some(100))]);
    assert_eq!(sweep.index.documents().len(), 150);
    assert_eq!(sweep.handle(&[delivery(&of_chat(&id, Some(100)))]).await, NONE);
    assert_eq!(unswept(&tables, &id).await, []);
    assert_eq!(sweep.index.documents().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_tried_again() {
    let id = chat_id(&samples::application_id(), 1);
    // The page of numbers, then the rows; the table is asked for the chat first.
    for faults in [[Fault::None, Fault::Before, Fault::None], [Fault::None, Fault::None, Fault::After]] {
        let (sweep, tables, _) = setup();
        chat_with(120, &sweep, &tables, &id).await;
        tombstone(&tables, &id, 2).await;
        tables.faults.plan(faults);
        tables.leave_rows(3);
        sweep.index.faults.plan([Fault::Before]);
        assert_eq!(sweep.handle(&[delivery(&of_chat(&id, None))]).await, NONE);
        assert_eq!(unswept(&tables, &id).await, []);
        assert_eq!(sweep.index.documents().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_achieves_nothing_is_delivered_again() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(120, &sweep, &tables, &id).await;
    tombstone(&tables, &id, 2).await;
    sweep.index.faults.plan([Fault::Before; 100]);
    let record = delivery(&of_chat(&id, None));
    assert_eq!(sweep.handle(std::slice::from_ref(&record)).await, std::slice::from_ref(&record.message_id));
    assert_eq!(sweep.sweeps.queued(), []);
    assert_eq!(unswept(&tables, &id).await.len(), 120, "rows tell which documents exist");
    sweep.index.faults.clear();
    assert_eq!(sweep.handle(&[record]).await, NONE);
    assert_eq!(unswept(&tables, &id).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_achieved_something_continues_in_another_one() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(120, &sweep, &tables, &id).await;
    tombstone(&tables, &id, 2).await;
    let faults = std::iter::once(Fault::None).chain([Fault::Before; 100]);
    sweep.index.faults.plan(faults);
    assert_eq!(sweep.handle(&[delivery(&of_chat(&id, None))]).await, NONE);
    assert_eq!(sweep.sweeps.queued(), [of_chat(&id, Some(100))]);
    assert_eq!(unswept(&tables, &id).await.len(), 20);
}

#[tokio::test]
async fn a_repeated_sweep_passes_the_rows_that_were_swept() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(120, &sweep, &tables, &id).await;
    tombstone(&tables, &id, 2).await;
    assert_eq!(sweep.handle(&[delivery(&of_chat(&id, None))]).await, NONE);
    // A delivery that read the chat before its deletion ended before the count.
    let late = samples::create_message(&id, 121, 121, "late");
    StoreMessages::create(&tables, &late).await.unwrap();
    assert_eq!(sweep.handle(&[delivery(&of_chat(&id, None))]).await, NONE);
    assert_eq!(unswept(&tables, &id).await, []);
    assert_eq!(tables.message(&late.id).await.unwrap(), Row::Deleted);
}

#[tokio::test]
async fn only_deleted_chats_are_swept() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(1, &sweep, &tables, &id).await;
    let record = delivery(&of_chat(&id, None));
    sweep.dead_letters.faults.plan([Fault::Before]);
    assert_eq!(sweep.handle(std::slice::from_ref(&record)).await, std::slice::from_ref(&record.message_id));
    assert_eq!(sweep.handle(&[record]).await, NONE);
    assert_eq!(unswept(&tables, &id).await.len(), 1);
    assert_eq!(sweep.dead_letters.buried()[0].2, "its chat was not deleted");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_buried_unless_a_newer_release_can_read_it() {
    let (sweep, ..) = setup();
    let record = |record: &str| Delivery {
        message_id: record.to_owned(),
        record: record.to_owned(),
        ..Delivery::default()
    };
    let newer = r#"{"version":2}"#;
    assert_eq!(sweep.handle(&[record("nonsense"), record(newer)]).await, [newer]);
    let letters = sweep.dead_letters.buried();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].1, "nonsense");
}

#[tokio::test]
async fn what_became_of_a_sweep_is_logged() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 7);
    chat_with(1, &sweep, &tables, &id).await;
    let record = Delivery { message_id: "m".to_owned(), receives: 2, ..delivery(&of_chat(&id, None)) };
    let log = CapturedLog::start(Level::WARN);
    sweep.handle(std::slice::from_ref(&record)).await;
    tombstone(&tables, &id, 9).await;
    sweep.handle(&[record]).await;
    let lines = log.lines();
    let [reason, buried, swept] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&reason["message_id"], &reason["level"]), (&json!("m"), &json!("ERROR")));
    let list = json!([{ "application": application.as_str(), "chat": 7, "message_id": ["m"] }]);
    assert_eq!((&buried["buried"], &buried["Buried"]), (&list, &json!(1)));
    assert_eq!((&swept["done"], &swept["Retries"]), (&list, &json!(1)));
    assert_eq!((&swept["message"], swept.get("StoredAfter")), (&json!("swept"), None));
}

#[tokio::test]
async fn the_chats_of_a_deleted_application_are_closed_and_their_sweeps_queued() {
    let (sweep, tables, application) = setup();
    for number in 1..=250 {
        let create = samples::create_chat(&chat_id(&application, number), number, 5);
        StoreChats::create(&tables, &create).await.unwrap();
    }
    let first = SweepApplication { id: application.clone(), after: None };
    // The time is over, so this delivery deletes a few chats and queues the rest.
    sweep.sweep_application(first, Instant::now()).await.unwrap();
    let mut expected: Vec<Sweep> =
        (1..=10).map(|number| of_chat(&chat_id(&application, number), None)).collect();
    expected.push(of_application(&application, Some(10)));
    assert_eq!(sweep.sweeps.queued(), expected);
    DeleteApplications::delete(&tables, &application).await.unwrap();
    let page = PageRequest { limit: Limit::new(200).unwrap(), order: Order::Ascending, after: None };
    assert_eq!(tables.chats(&application, &page).await.unwrap().items[0].number.get(), 11);
    assert_eq!(sweep.handle(&[delivery(&of_application(&application, Some(10)))]).await, NONE);
    assert_eq!(tables.chats(&application, &page).await.unwrap().items, []);
    assert_eq!(sweep.sweeps.queued().len(), 251);
    assert_eq!(tables.last_message(&chat_id(&application, 250)).await.unwrap(), None, "closed");
}

#[tokio::test]
async fn a_sweep_of_an_application_passes_chats_that_were_deleted_before() {
    let (sweep, tables, application) = setup();
    for number in 1..=250 {
        tombstone(&tables, &chat_id(&application, number), number).await;
    }
    let last = samples::create_chat(&chat_id(&application, 251), 251, 5);
    StoreChats::create(&tables, &last).await.unwrap();
    let first = SweepApplication { id: application.clone(), after: None };
    // The time is over after each page.
    sweep.sweep_application(first, Instant::now()).await.unwrap();
    assert_eq!(sweep.sweeps.queued(), [of_application(&application, Some(100))]);
    DeleteApplications::delete(&tables, &application).await.unwrap();
    assert_eq!(sweep.handle(&[delivery(&of_application(&application, Some(100)))]).await, NONE);
    assert_eq!(sweep.sweeps.queued()[1..], [of_chat(&last.id, None)]);
}

#[tokio::test]
async fn a_sweep_of_an_application_that_fails_continues_behind_what_it_achieved() {
    let (sweep, tables, application) = setup();
    for number in 1..=30 {
        let create = samples::create_chat(&chat_id(&application, number), number, 5);
        StoreChats::create(&tables, &create).await.unwrap();
    }
    // The tombstone of the application, the page, then a counter and a row for each of the first ten chats.
    tables.faults.plan((0..22).map(|_| Fault::None).chain([Fault::Before]));
    assert_eq!(sweep.handle(&[delivery(&of_application(&application, None))]).await, NONE);
    assert_eq!(sweep.sweeps.queued().last(), Some(&of_application(&application, Some(10))));
    assert_eq!(sweep.sweeps.queued().len(), 11);
}

#[tokio::test]
async fn only_a_deleted_application_is_swept() {
    let (sweep, tables, application) = setup();
    chat_with(1, &sweep, &tables, &chat_id(&application, 11)).await;
    assert_eq!(sweep.handle(&[delivery(&of_application(&application, Some(10)))]).await, NONE);
    assert_eq!(sweep.dead_letters.buried()[0].2, "its application was not deleted");
    assert_eq!(unswept(&tables, &chat_id(&application, 11)).await.len(), 1);
}

/// A delivery that is killed may end between the tombstone of a chat and its sweep.
#[tokio::test]
async fn a_chat_with_a_tombstone_of_its_application_is_swept_by_the_next_delivery() {
    let (sweep, tables, application) = setup();
    let id = chat_id(&application, 1);
    chat_with(1, &sweep, &tables, &id).await;
    let tombstone = DeleteChat { id: id.clone(), revision: Revision::MAX };
    tables.close(&id).await.unwrap();
    StoreChats::delete(&tables, &tombstone).await.unwrap();
    assert_eq!(sweep.handle(&[delivery(&of_application(&application, None))]).await, NONE);
    assert_eq!(sweep.sweeps.queued(), [of_chat(&id, None)]);
}

#[tokio::test]
async fn the_deletion_of_a_chat_that_fails_is_tried_again() {
    let (sweep, tables, application) = setup();
    chat_with(1, &sweep, &tables, &chat_id(&application, 1)).await;
    let record = delivery(&of_application(&application, None));
    // After the tombstone of the application and the page of chats.
    tables.faults.plan([Fault::None, Fault::None, Fault::Before]);
    assert_eq!(sweep.handle(std::slice::from_ref(&record)).await, std::slice::from_ref(&record.message_id));
    sweep.sweeps.faults.plan([Fault::Before]);
    assert_eq!(sweep.handle(std::slice::from_ref(&record)).await, std::slice::from_ref(&record.message_id));
    assert_eq!(sweep.handle(&[record]).await, NONE);
    assert_eq!(sweep.sweeps.queued(), [of_chat(&chat_id(&application, 1), None)]);
}
