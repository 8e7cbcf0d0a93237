use conversation::fake::{FakeDeadLetters, FakeIndex, FakeIndexQueue, FakeQueue, FakeTables, Fault};
use conversation::ports::{
    CountMessages, Counted, IndexMessages, ReadApplications, ReadChats, ReadCounters, ReadCurrent,
    ReadMessages, StoreChats, StoreError, SweepMessages,
};
use conversation::{
    Body, Chat, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, IndexChange,
    IndexRequest, IndexedMessage, Limit, MessageId, MessageNumber, Order, PageRequest, Revision, Row, Tally,
    Timestamp, Token, UpdateMessage, Write,
};
use proptest::prelude::*;

use std::time::Instant;

use super::*;

type FakePersist = Persist<
    FakeTables,
    FakeTables,
    FakeTables,
    FakeTables,
    FakeQueue,
    FakeIndex,
    FakeIndexQueue,
    FakeDeadLetters,
>;

/// Persist over fakes, and one application.
fn scene() -> (FakePersist, FakeTables, Token) {
    let (tables, token) = FakeTables::with_application();
    let persist = Persist {
        applications: tables.clone(),
        chats: tables.clone(),
        messages: tables.clone(),
        counters: tables.clone(),
        writes: FakeQueue::default(),
        indexing: Indexing { index: FakeIndex::default(), queue: FakeIndexQueue::default() },
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

async fn live_chat(tables: &FakeTables, id: &ChatId) -> Chat {
    tables.chat(id).await.unwrap().live().unwrap()
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
    let stored = live_chat(&tables, &id).await;
    assert_eq!((stored.messages_count, stored.created_at.millis(), stored.updated_at.millis()), (2, 5, 12));
    assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, 2);
    assert_eq!(persist.indexing.index.documents().len(), 2);
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
    assert_eq!(live_chat(&tables, &chat_id(&token, 2)).await.messages_count, 2);
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
    tables.faults.plan([Fault::None, Fault::None, Fault::None, Fault::After]);
    assert_eq!(persist.apply(batch.clone()).await, ids, "the answer of the count was lost");
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(live_chat(&tables, &chat_id(&token, 1)).await.messages_count, 2);
}

#[tokio::test]
async fn the_tables_do_not_wait_for_the_index() {
    let (persist, tables, token) = scene();
    persist.indexing.index.faults.plan([Fault::Before]);
    let batch = vec![chat(&token, 1), message(&token, 1, 1), message(&token, 1, 2)];
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1", "1/2"]);
    assert_eq!(persist.indexing.index.documents().len(), 0);
    let deferred: Vec<u64> =
        persist.indexing.queue.deferred().iter().map(|request| request.message().message.get()).collect();
    assert_eq!(deferred, [1, 2]);
}

#[tokio::test]
async fn messages_that_can_neither_be_indexed_nor_queued_for_it_come_again() {
    let (persist, _, token) = scene();
    persist.apply(vec![chat(&token, 1)]).await;
    persist.indexing.index.faults.plan([Fault::Before]);
    persist.indexing.queue.faults.plan([Fault::Before]);
    let batch = vec![message(&token, 1, 1)];
    assert_eq!(persist.apply(batch.clone()).await, [batch[0].id.clone()]);
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(persist.indexing.index.documents().len(), 1);
}

fn revision(value: u64) -> Revision {
    Revision::new(value).unwrap()
}

fn message_id(application: &Token, chat: u64, number: u64) -> MessageId {
    MessageId { chat: chat_id(application, chat), message: MessageNumber::new(number).unwrap() }
}

fn update(application: &Token, chat: u64, number: u64, at_revision: u64) -> Delivery {
    delivery(&Write::UpdateMessage(UpdateMessage {
        id: message_id(application, chat, number),
        revision: revision(at_revision),
        body: Body::parse(format!("{chat}/{number} updated at {at_revision}")).unwrap(),
        at: Timestamp::from_millis(50),
    }))
}

fn delete(application: &Token, chat: u64, number: u64, at_revision: u64) -> Delivery {
    delivery(&Write::DeleteMessage(DeleteMessage {
        id: message_id(application, chat, number),
        revision: revision(at_revision),
        at: Timestamp::from_millis(60),
    }))
}

fn delete_chat(application: &Token, chat: u64, at_revision: u64) -> Delivery {
    delivery(&Write::DeleteChat(DeleteChat {
        id: chat_id(application, chat),
        revision: revision(at_revision),
    }))
}

#[tokio::test]
async fn updates_and_deletions_reach_rows_counts_and_index() {
    let (persist, tables, token) = scene();
    let batch = vec![
        chat(&token, 1),
        message(&token, 1, 1),
        message(&token, 1, 2),
        update(&token, 1, 1, 101),
        delete(&token, 1, 2, 102),
    ];
    assert_eq!(persist.apply(batch).await, NONE);
    let id = chat_id(&token, 1);
    assert_eq!(bodies(&tables, &id).await, ["1/1 updated at 101"]);
    let stored = live_chat(&tables, &id).await;
    assert_eq!((stored.messages_count, stored.updated_at.millis()), (1, 60));
    let documents = persist.indexing.index.documents();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].message.body.as_str(), "1/1 updated at 101");
    assert_eq!(
        (documents[0].message.created_at.millis(), documents[0].message.updated_at.millis()),
        (11, 50)
    );
}

#[tokio::test]
async fn the_later_update_stays() {
    let (persist, tables, token) = scene();
    let batch =
        vec![chat(&token, 1), message(&token, 1, 1), update(&token, 1, 1, 102), update(&token, 1, 1, 101)];
    assert_eq!(persist.apply(batch).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1 updated at 102"]);
}

#[tokio::test]
async fn what_comes_before_its_creation_is_not_lost() {
    let (persist, tables, token) = scene();
    persist.apply(vec![chat(&token, 1), update(&token, 1, 1, 101), delete(&token, 1, 2, 102)]).await;
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, NONE);
    persist.apply(vec![message(&token, 1, 1), message(&token, 1, 2)]).await;
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1 updated at 101"]);
    assert_eq!(live_chat(&tables, &chat_id(&token, 1)).await.messages_count, 1);
}

#[tokio::test]
async fn a_deleted_chat_is_gone_with_all_its_messages() {
    let (persist, tables, token) = scene();
    let many: Vec<Delivery> = (1..=99).map(|number| message(&token, 1, number)).collect();
    persist.apply(vec![chat(&token, 1), chat(&token, 2), message(&token, 2, 1)]).await;
    persist.apply(many).await;
    let batch = vec![update(&token, 1, 5, 101), delete_chat(&token, 1, 3), update(&token, 1, 6, 102)];
    assert_eq!(persist.apply(batch).await, NONE);

    let id = chat_id(&token, 1);
    assert_eq!(tables.chat(&id).await.unwrap(), Row::Deleted);
    assert_eq!(tables.last_message(&id).await.unwrap(), None, "closed");
    assert_eq!(tables.some_of(&id).await.unwrap(), []);
    assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, 1);
    let found: Vec<MessageId> = persist.indexing.index.documents().iter().map(IndexedMessage::id).collect();
    assert_eq!(found, [message_id(&token, 2, 1)]);

    // Whatever comes late or again finds the tombstone.
    assert_eq!(
        persist.apply(vec![chat(&token, 1), message(&token, 1, 7), delete_chat(&token, 1, 3)]).await,
        NONE
    );
    assert_eq!(tables.some_of(&id).await.unwrap(), []);
    assert_eq!(tables.last_message(&id).await.unwrap(), None, "still closed");
    assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, 1);
    assert_eq!(persist.indexing.index.documents().len(), 1);
}

#[tokio::test]
async fn a_large_chat_is_swept_in_pages() {
    let (persist, tables, token) = scene();
    persist.apply(vec![chat(&token, 1)]).await;
    for start in (0..250).step_by(50) {
        let page = (start + 1..=start + 50).map(|number| message_of_many(&token, number));
        persist.apply(page.collect()).await;
    }
    // Its time is up at once, so that each delivery sweeps one page and asks for another.
    let chat = chat_id(&token, 1);
    let deletion = DeleteChat { id: chat.clone(), revision: revision(2) };
    persist.delete_chat(&deletion, Instant::now()).await.unwrap();
    assert_eq!(persist.writes.sent(), [Write::SweepChat(chat.clone())]);
    assert_eq!(persist.indexing.index.documents().len(), 150);
    assert_eq!(persist.apply(vec![delivery(&Write::SweepChat(chat.clone()))]).await, NONE);
    assert_eq!(tables.some_of(&chat).await.unwrap(), []);
    assert_eq!(persist.indexing.index.documents().len(), 0);
}

fn message_of_many(application: &Token, number: u64) -> Delivery {
    delivery(&Write::CreateMessage(CreateMessage {
        id: message_id(application, 1, number),
        revision: revision(number),
        body: Body::parse("one of many".to_owned()).unwrap(),
        at: Timestamp::from_millis(7),
    }))
}

#[tokio::test]
async fn only_a_deleted_chat_is_swept() {
    let (persist, tables, token) = scene();
    let sweep = delivery(&Write::SweepChat(chat_id(&token, 1)));
    assert_eq!(persist.apply(vec![chat(&token, 1), message(&token, 1, 1), sweep]).await, NONE);
    assert_eq!(bodies(&tables, &chat_id(&token, 1)).await, ["1/1"]);
    assert_eq!(persist.dead_letters.buried()[0].2, "its chat was not deleted");
}

#[tokio::test]
async fn a_deletion_does_not_wait_for_the_index() {
    let (persist, tables, token) = scene();
    persist.apply(vec![chat(&token, 1), message(&token, 1, 1)]).await;
    persist.indexing.index.faults.plan([Fault::Before]);
    assert_eq!(persist.apply(vec![delete_chat(&token, 1, 2)]).await, NONE);
    assert_eq!(tables.some_of(&chat_id(&token, 1)).await.unwrap(), []);
    assert_eq!(persist.indexing.queue.deferred(), [IndexRequest::Remove(message_id(&token, 1, 1))]);
}

/// Chats of which the counted one is deleted by somebody else, after it was looked at and before the count.
struct DeletedMeanwhile(FakeTables);

impl StoreChats for DeletedMeanwhile {
    async fn create(&self, write: &CreateChat) -> Result<i64, StoreError> {
        StoreChats::create(&self.0, write).await
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        StoreChats::delete(&self.0, write).await
    }
}

impl CountMessages for DeletedMeanwhile {
    async fn tally(&self, chat: &ChatId) -> Result<Option<Tally>, StoreError> {
        self.0.tally(chat).await
    }

    async fn count(
        &self,
        chat: &ChatId,
        seen: Tally,
        effects: &Effects,
        latest: Timestamp,
    ) -> Result<Counted, StoreError> {
        let deletion = DeleteChat { id: chat.clone(), revision: revision(2) };
        StoreChats::delete(&self.0, &deletion).await?;
        CountMessages::count(&self.0, chat, seen, effects, latest).await
    }
}

#[tokio::test]
async fn messages_that_race_with_the_deletion_of_their_chat_are_gone_too() {
    let (quiet, tables, token) = scene();
    let racing = Persist {
        applications: tables.clone(),
        chats: DeletedMeanwhile(tables.clone()),
        messages: tables.clone(),
        counters: tables.clone(),
        writes: FakeQueue::default(),
        indexing: Indexing { index: quiet.indexing.index.clone(), queue: FakeIndexQueue::default() },
        dead_letters: FakeDeadLetters::default(),
    };
    let batch =
        vec![chat(&token, 1), message(&token, 1, 1), update(&token, 1, 1, 101), message(&token, 1, 2)];
    assert_eq!(racing.apply(batch).await, NONE);
    assert_eq!(tables.some_of(&chat_id(&token, 1)).await.unwrap(), []);
    assert_eq!(racing.indexing.index.documents().len(), 0);
}

const CHATS: u64 = 3;
const MESSAGES: u64 = 4;

/// In each chat four messages, of which one is updated twice and one is deleted; the last chat is deleted.
fn every_record(application: &Token) -> Vec<Delivery> {
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

/// Does what `reindex` does with the deferred changes.
async fn reindex(persist: &FakePersist, tables: &FakeTables) {
    for request in persist.indexing.queue.deferred() {
        let id = request.message().clone();
        let change = match (request, tables.current(&id).await.unwrap()) {
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
            persist.indexing.index.faults.plan(index_faults);
            persist.indexing.queue.faults.plan(index_queue_faults);
            for batch in &batches {
                persist.apply(batch.iter().map(|place| place.get(&records).clone()).collect()).await;
            }
            tables.faults.clear();
            persist.indexing.index.faults.clear();
            persist.indexing.queue.faults.clear();
            prop_assert_eq!(persist.apply(records).await, NONE);
            reindex(&persist, &tables).await;

            prop_assert_eq!(tables.application(&token).await.unwrap().unwrap().chats_count, CHATS - 1);
            let mut readable = Vec::new();
            for number in 1..CHATS {
                let id = chat_id(&token, number);
                prop_assert_eq!(live_chat(&tables, &id).await.messages_count, MESSAGES - 1);
                let expected =
                    [format!("{number}/1"), format!("{number}/2 updated at 102"), format!("{number}/4")];
                prop_assert_eq!(bodies(&tables, &id).await, expected.clone());
                readable.extend(expected);
            }
            let deleted = chat_id(&token, CHATS);
            prop_assert_eq!(tables.chat(&deleted).await.unwrap(), Row::Deleted);
            prop_assert_eq!(tables.last_message(&deleted).await.unwrap(), None);
            prop_assert_eq!(tables.some_of(&deleted).await.unwrap(), []);
            let documents = persist.indexing.index.documents().into_iter();
            let found: Vec<String> = documents.map(|document| document.message.body.into_string()).collect();
            prop_assert_eq!(found, readable);
            Ok(())
        })?;
    }
}
