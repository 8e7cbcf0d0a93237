use std::future::pending;
use std::sync::Mutex;

use conversation::fake::samples::{create_message, delete_message, message_id, update_message};
use conversation::fake::{FakeIndex, FakeTables, Fault};
use conversation::ports::StoreMessages;
use conversation::{ChatId, IndexRequest};
use function_log::CapturedLog;
use proptest::prelude::*;
use serde_json::json;
use sqs_queues::encode_index_request;
use tokio::time::sleep;
use tracing::Level;

use super::*;

type FakeHandler = Handler<FakeTables, FakeIndex>;

fn setup() -> (FakeHandler, ChatId) {
    let (messages, chat) = FakeTables::with_chat();
    (Handler { messages, index: FakeIndex::default() }, chat)
}

fn delivery(message_id: &str, request: &IndexRequest) -> Delivery {
    let record = encode_index_request(request).unwrap();
    Delivery { message_id: message_id.to_owned(), record, ..Delivery::default() }
}

/// Stores messages with these bodies and returns requests to refresh them: record 1, record 2, ….
async fn store(messages: &FakeTables, chat: &ChatId, bodies: &[String]) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for (number, body) in (1..).zip(bodies) {
        let write = create_message(chat, number, number, body);
        messages.create(&write).await.unwrap();
        deliveries.push(delivery(&format!("record {number}"), &IndexRequest::Refresh(write.id)));
    }
    deliveries
}

fn bodies(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("message {number}")).collect()
}

fn indexed(index: &FakeIndex) -> Vec<String> {
    index.documents().iter().map(|document| document.message.body.as_str().to_owned()).collect()
}

const NONE: [String; 0] = [];

#[tokio::test]
async fn rows_are_indexed_in_their_present_state() {
    let (handler, chat) = setup();
    let deliveries = store(&handler.messages, &chat, &bodies(2)).await;
    handler.messages.update(&update_message(&chat, 2, 3, "changed")).await.unwrap();
    assert_eq!(handler.handle(&deliveries).await, NONE);
    assert_eq!(indexed(&handler.index), ["message 1", "changed"]);
}

#[tokio::test]
async fn only_failed_records_are_delivered_again() {
    let (handler, chat) = setup();
    let deliveries = store(&handler.messages, &chat, &bodies(150)).await;
    handler.messages.faults.plan([Fault::Before]);
    assert_eq!(handler.handle(&deliveries).await.len(), CURRENT_BATCH);
    assert_eq!(handler.index.documents().len(), 50);
    handler.index.faults.plan([Fault::Before]);
    assert_eq!(handler.handle(&deliveries[..2]).await, ["record 1", "record 2"]);
}

#[tokio::test]
async fn deleted_messages_are_removed_from_the_index() {
    let (handler, chat) = setup();
    let deliveries = store(&handler.messages, &chat, &bodies(2)).await;
    handler.handle(&deliveries).await;
    handler.messages.delete(&delete_message(&chat, 1, 3)).await.unwrap();
    assert_eq!(handler.handle(&deliveries[..1]).await, NONE);
    assert_eq!(indexed(&handler.index), ["message 2"]);
    // The row of message 2 still exists, but its chat is deleted.
    let removal = delivery("removal", &IndexRequest::Remove(message_id(&chat, 2)));
    assert_eq!(handler.handle(&[removal]).await, NONE);
    assert_eq!(handler.index.documents(), []);
}

fn record(text: &str) -> Delivery {
    Delivery { message_id: "r".to_owned(), record: text.to_owned(), ..Delivery::default() }
}

#[tokio::test]
async fn an_unreadable_record_is_dropped() {
    let (handler, _) = setup();
    assert_eq!(handler.handle(&[record("{}")]).await, NONE);
}

#[tokio::test]
async fn a_record_of_a_newer_release_is_delivered_again() {
    let (handler, _) = setup();
    assert_eq!(handler.handle(&[record(r#"{"version":2}"#)]).await, ["r"]);
}

#[tokio::test]
async fn what_became_of_each_record_is_logged_in_one_line() {
    let (handler, chat) = setup();
    let mut deliveries = store(&handler.messages, &chat, &bodies(1)).await;
    deliveries[0].receives = 2;
    deliveries.push(Delivery { message_id: "newer".to_owned(), ..record(r#"{"version":2}"#) });
    deliveries.push(Delivery { message_id: "unreadable".to_owned(), ..record("{}") });
    let log = CapturedLog::start(Level::ERROR);
    handler.handle(&deliveries).await;
    let lines = log.lines();
    let [dropped, line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&dropped["message_id"], &line["message"]), (&json!("unreadable"), &json!("indexed a batch")));
    let done = json!([{
        "application": chat.application.as_str(), "chat": chat.chat.get(),
        "message_id": ["record 1"], "message_number": [1],
    }]);
    assert_eq!(line["done"], done);
    let unread = ["failed", "buried"].map(|list| line[list].clone());
    assert_eq!(unread, [json!([{ "message_id": ["newer"] }]), json!([{ "message_id": ["unreadable"] }])]);
    let metrics = ["BatchSize", "Retries", "Failed", "Buried"].map(|metric| line[metric].as_u64());
    assert_eq!(metrics, [Some(3), Some(1), Some(1), Some(1)]);
    assert_eq!(line["IndexedAfter"].as_array().map(Vec::len), Some(1));
    assert!(!line.to_string().contains("message 1"), "it has a text: {line}");
}

/// A service that does what the fake does and remembers what it was asked for. It takes its time, and does nothing for
/// the last of several.
#[derive(Debug, Default)]
struct Observed<Fake> {
    fake: Fake,
    time: Duration,
    calls: Mutex<Vec<Vec<MessageId>>>,
}

impl<Fake> Observed<Fake> {
    /// Returns how many of these it does.
    async fn call(&self, ids: Vec<MessageId>) -> usize {
        let most = ids.len();
        self.calls.lock().unwrap().push(ids);
        sleep(self.time).await;
        if most > 1 { most - 1 } else { most }
    }

    fn calls(&self) -> Vec<Vec<MessageId>> {
        self.calls.lock().unwrap().clone()
    }
}

impl ReadCurrentBatches for Observed<FakeTables> {
    async fn current_messages(
        &self,
        ids: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Row<IndexedMessage>>, StoreError> {
        let read = self.call(ids.to_vec()).await;
        self.fake.current_messages(&ids[..read]).await
    }
}

impl IndexMessages for Observed<FakeIndex> {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        let made = self.call(changes.iter().map(IndexChange::id).collect()).await;
        self.fake.index(&changes[..made]).await?;
        Ok((made..changes.len()).collect())
    }
}

fn observed(messages: &FakeTables, time: Duration) -> Handler<Observed<FakeTables>, Observed<FakeIndex>> {
    Handler {
        messages: Observed { fake: messages.clone(), ..Observed::default() },
        index: Observed { time, ..Observed::default() },
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_named_twice_is_read_and_indexed_once() {
    let (FakeHandler { messages, .. }, chat) = setup();
    let once = store(&messages, &chat, &bodies(1)).await;
    let again = Delivery { message_id: "again".to_owned(), ..once[0].clone() };
    let handler = observed(&messages, Duration::ZERO);
    assert_eq!(handler.handle(&[once, vec![again]].concat()).await, NONE);
    assert_eq!(handler.messages.calls(), [[message_id(&chat, 1)]]);
    assert_eq!(handler.index.calls(), handler.messages.calls());
}

#[tokio::test(start_paused = true)]
async fn every_record_of_a_message_that_failed_is_delivered_again() {
    let (FakeHandler { messages, .. }, chat) = setup();
    let deliveries = store(&messages, &chat, &bodies(3)).await;
    let again = Delivery { message_id: "again".to_owned(), ..deliveries[1].clone() };
    let handler = observed(&messages, Duration::ZERO);
    let failed = handler.handle(&[deliveries, vec![again]].concat()).await;
    assert_eq!(failed, ["record 2", "again", "record 3"], "2 is not indexed, and the row of 3 not read");
    assert_eq!(indexed(&handler.index.fake), ["message 1"]);
}

#[tokio::test(start_paused = true)]
async fn large_messages_need_several_requests_to_the_index_within_the_time_of_a_batch() {
    let (FakeHandler { messages, .. }, chat) = setup();
    let deliveries = store(&messages, &chat, &vec!["x".repeat(64 * 1024); 60]).await;
    let handler = observed(&messages, Duration::from_millis(2_900));
    let start = Instant::now();
    let failed = handler.handle(&deliveries).await;
    assert_eq!(handler.index.calls().iter().map(Vec::len).collect::<Vec<_>>(), [16, 16]);
    assert_eq!((handler.index.fake.documents().len(), failed.len()), (30, 30));
    assert!(start.elapsed() <= LAST_BULK + BULK_TIME);
}

/// Neither the table nor the index replies.
#[derive(Debug)]
struct Silent;

impl ReadCurrentBatches for Silent {
    async fn current_messages(
        &self,
        _ids: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Row<IndexedMessage>>, StoreError> {
        pending().await
    }
}

impl IndexMessages for Silent {
    async fn index(&self, _changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn silence_fails_the_batch_in_time() {
    let (FakeHandler { messages, index }, chat) = setup();
    let deliveries = store(&messages, &chat, &vec!["x".repeat(64 * 1024); 60]).await;
    let start = Instant::now();
    assert_eq!(Handler { messages, index: Silent }.handle(&deliveries).await.len(), 60);
    assert_eq!(start.elapsed(), BULK_TIME, "the next request would not get a reply either");
    let start = Instant::now();
    assert_eq!(Handler { messages: Silent, index }.handle(&deliveries).await.len(), 60);
    assert_eq!(start.elapsed(), READ_TIME);
}

proptest! {
    /// The queue has no order and delivers some records twice; the rows change meanwhile.
    #[test]
    fn requests_in_any_order_end_in_the_same_documents(
        batches in prop::collection::vec(prop::collection::vec(0_usize..4, 0..4), 0..6),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
            let (handler, chat) = setup();
            let refreshes = store(&handler.messages, &chat, &bodies(3)).await;
            // The chat of message 3 is being swept: its row is there still.
            let removal = delivery("removal", &IndexRequest::Remove(message_id(&chat, 3)));
            let deliveries = [refreshes, vec![removal]].concat();
            let deliver = async |batch: &[usize]| {
                let batch: Vec<Delivery> = batch.iter().map(|record| deliveries[*record].clone()).collect();
                assert_eq!(handler.handle(&batch).await, NONE);
            };
            let (before, after) = batches.split_at(batches.len() / 2);
            for batch in before {
                deliver(batch).await;
            }
            handler.messages.update(&update_message(&chat, 1, 5, "changed")).await.unwrap();
            handler.messages.delete(&delete_message(&chat, 2, 6)).await.unwrap();
            for batch in after {
                deliver(batch).await;
            }
            // Each change has sent a request, which arrives at some time after it.
            deliver(&[0, 1, 3]).await;
            for batch in before {
                deliver(batch).await;
            }
            assert_eq!(indexed(&handler.index), ["changed"]);
        });
    }
}
