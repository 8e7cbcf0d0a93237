use conversation::fake::{FakeDeadLetters, FakeIndex, FakeIndexQueue, FakeTables, Fault};
use conversation::ports::{ReadApplications, ReadChats, ReadCounters, ReadMessages};
use conversation::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, Limit, MessageId, MessageNumber, Order, PageRequest,
    Revision, Timestamp, Token, Write,
};
use proptest::prelude::*;

use super::*;

type FakePersist =
    Persist<FakeTables, FakeTables, FakeTables, FakeTables, FakeIndex, FakeIndexQueue, FakeDeadLetters>;

/// Persist over fakes, and one application.
fn scene() -> (FakePersist, FakeTables, Token) {
    let (tables, token) = FakeTables::with_application();
    let persist = Persist {
        applications: tables.clone(),
        chats: tables.clone(),
        messages: tables.clone(),
        counters: tables.clone(),
        index: FakeIndex::default(),
        index_queue: FakeIndexQueue::default(),
        dead_letters: FakeDeadLetters::default(),
    };
    (persist, tables, token)
}

fn chat_id(application: &Token, chat: u64) -> ChatId {
    ChatId { application: application.clone(), chat: ChatNumber::new(chat).unwrap() }
}

fn delivery(write: &Write) -> Delivery {
    let record = write.encode().unwrap();
    Delivery { id: record.clone(), group: write.chat().key(), record }
}

fn chat(application: &Token, chat: u64) -> Delivery {
    let revision = Revision::new(chat).unwrap();
    delivery(&Write::CreateChat(CreateChat {
        id: chat_id(application, chat),
        revision,
        at: Timestamp::from_millis(5),
    }))
}

/// A message whose revision runs the other way than its number, as when senders overtake each other.
fn message(application: &Token, chat: u64, number: u64) -> Delivery {
    delivery(&Write::CreateMessage(CreateMessage {
        id: MessageId { chat: chat_id(application, chat), message: MessageNumber::new(number).unwrap() },
        revision: Revision::new(100 - number).unwrap(),
        body: Body::parse(format!("{chat}/{number}")).unwrap(),
        at: Timestamp::from_millis(10 + i64::try_from(number).unwrap()),
    }))
}

fn poison(group: &str) -> Delivery {
    Delivery {
        id: format!("poison in {group}"),
        group: group.to_owned(),
        record: "{\"version\":9}".to_owned(),
    }
}

const NONE: [String; 0] = [];

fn all<Cursor>() -> PageRequest<Cursor> {
    PageRequest { limit: Limit::new(200).unwrap(), order: Order::Ascending, after: None }
}

async fn bodies(tables: &FakeTables, chat: &ChatId) -> Vec<String> {
    let page = tables.messages(chat, &all()).await.unwrap();
    page.items.into_iter().map(|message| message.body.into_string()).collect()
}

#[tokio::test]
async fn a_batch_ends_in_rows_counts_and_index() {
    let (persist, tables, token) = scene();
    let batch = vec![chat(&token, 1), message(&token, 1, 1), chat(&token, 2), message(&token, 1, 2)];
    assert_eq!(persist.apply(batch).await, NONE);

    let id = chat_id(&token, 1);
    assert_eq!(bodies(&tables, &id).await, ["1/1", "1/2"]);
    let stored = tables.chat(&id).await.unwrap().unwrap();
    assert_eq!((stored.messages_count, stored.created_at.millis(), stored.updated_at.millis()), (2, 5, 12));
    assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, 2);
    assert_eq!(persist.index.documents().len(), 2);
    assert_eq!(tables.last_message(&id).await.unwrap(), Some(0), "persist opens a chat whose creator died");
}

#[tokio::test]
async fn a_failing_record_holds_back_its_own_chat_only() {
    let (persist, tables, token) = scene();
    persist.apply(vec![chat(&token, 1), chat(&token, 2)]).await;
    // Group 1 asks first, so its first message meets the fault.
    tables.faults.plan([Fault::Before]);
    let batch =
        vec![message(&token, 1, 1), message(&token, 2, 1), message(&token, 1, 2), message(&token, 2, 2)];
    let again = persist.apply(batch).await;
    assert_eq!(again, [message(&token, 1, 1).id, message(&token, 1, 2).id]);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 2)).await, ["2/1", "2/2"]);
    assert_eq!(tables.chat(&chat_id(&token, 2)).await.unwrap().unwrap().messages_count, 2);
}

#[tokio::test]
async fn what_can_never_be_applied_is_buried_and_its_group_goes_on() {
    let (persist, tables, token) = scene();
    let group = chat_id(&token, 1).key();
    let batch = vec![chat(&token, 1), poison(&group), message(&token, 1, 1)];
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1"]);
    let reason = "version 9 is unknown; this one reads version 1".to_owned();
    assert_eq!(persist.dead_letters.buried(), [(group, "{\"version\":9}".to_owned(), reason)]);
}

#[tokio::test]
async fn a_record_in_a_foreign_group_is_buried() {
    let (persist, tables, token) = scene();
    let stray = Delivery { group: chat_id(&token, 2).key(), ..message(&token, 1, 1) };
    assert_eq!(persist.apply(vec![chat(&token, 1), stray]).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, NONE);
    assert_eq!(persist.dead_letters.buried()[0].2, "its message group is not its chat");
}

#[tokio::test]
async fn what_cannot_be_buried_holds_its_group() {
    let (persist, tables, token) = scene();
    persist.dead_letters.faults.plan([Fault::Before]);
    let batch = vec![chat(&token, 1), poison(&chat_id(&token, 1).key()), message(&token, 1, 1)];
    let again = persist.apply(batch.clone()).await;
    assert_eq!(again, [batch[1].id.clone(), batch[2].id.clone()]);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, NONE);
}

#[tokio::test]
async fn messages_that_could_not_be_counted_come_again() {
    let (persist, tables, token) = scene();
    persist.apply(vec![chat(&token, 1)]).await;
    let batch = vec![message(&token, 1, 1), message(&token, 1, 2)];
    let ids: Vec<String> = batch.iter().map(|delivery| delivery.id.clone()).collect();
    tables.faults.plan([Fault::None, Fault::None, Fault::After]);
    assert_eq!(persist.apply(batch.clone()).await, ids, "the answer of the count was lost");
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(tables.chat(&chat_id(&token, 1)).await.unwrap().unwrap().messages_count, 2);
}

#[tokio::test]
async fn the_tables_do_not_wait_for_the_index() {
    let (persist, tables, token) = scene();
    persist.index.faults.plan([Fault::Before]);
    let batch = vec![chat(&token, 1), message(&token, 1, 1), message(&token, 1, 2)];
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1", "1/2"]);
    assert_eq!(persist.index.documents().len(), 0);
    let deferred: Vec<u64> = persist.index_queue.deferred().iter().map(|id| id.message.get()).collect();
    assert_eq!(deferred, [1, 2]);
}

#[tokio::test]
async fn messages_that_can_neither_be_indexed_nor_queued_for_it_come_again() {
    let (persist, _, token) = scene();
    persist.apply(vec![chat(&token, 1)]).await;
    persist.index.faults.plan([Fault::Before]);
    persist.index_queue.faults.plan([Fault::Before]);
    let batch = vec![message(&token, 1, 1)];
    assert_eq!(persist.apply(batch.clone()).await, [batch[0].id.clone()]);
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(persist.index.documents().len(), 1);
}

const CHATS: u64 = 3;
const MESSAGES: u64 = 4;

fn every_record(application: &Token) -> Vec<Delivery> {
    let of_chat = |number| {
        let messages = (1..=MESSAGES).map(move |place| message(application, number, place));
        std::iter::once(chat(application, number)).chain(messages)
    };
    (1..=CHATS).flat_map(of_chat).collect()
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Before), 1 => Just(Fault::After)];
    prop::collection::vec(fault, 0..60)
}

proptest! {
    /// Whatever is delivered, in whatever order, however often, with whatever failing in between: once
    /// every record has been applied, rows, counts and index are those of one clean delivery.
    #[test]
    fn any_deliveries_end_in_the_same_rows_and_counts(
        batches in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..=10), 0..20),
        table_faults in faults(),
        index_faults in faults(),
        index_queue_faults in faults(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (persist, tables, token) = scene();
            let records = every_record(&token);
            tables.faults.plan(table_faults);
            persist.index.faults.plan(index_faults);
            persist.index_queue.faults.plan(index_queue_faults);
            for batch in &batches {
                persist.apply(batch.iter().map(|place| place.get(&records).clone()).collect()).await;
            }
            tables.faults.clear();
            persist.index.faults.clear();
            persist.index_queue.faults.clear();
            prop_assert_eq!(persist.apply(records).await, NONE);

            prop_assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, CHATS);
            for number in 1..=CHATS {
                let id = chat_id(&token, number);
                prop_assert_eq!(tables.chat(&id).await.unwrap().unwrap().messages_count, MESSAGES);
                let expected: Vec<String> = (1..=MESSAGES).map(|place| format!("{number}/{place}")).collect();
                prop_assert_eq!(bodies(&tables, &id).await, expected);
            }
            let mut found: Vec<MessageId> = persist.index.documents().iter().map(IndexedMessage::id).collect();
            found.extend(persist.index_queue.deferred());
            found.sort();
            found.dedup();
            prop_assert_eq!(found.len(), usize::try_from(CHATS * MESSAGES).unwrap());
            Ok(())
        })?;
    }
}
