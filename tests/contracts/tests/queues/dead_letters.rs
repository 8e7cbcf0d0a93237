use contracts::contract_tests;
use conversation::fake::FakeDeadLetters;
use conversation::ports::BuryRecords;
use sqs_queues::DeadLetterQueue;
use test_stack::Stack;

use crate::own_queue::{OwnQueue, Received};

contract_tests! {
    fake: fake(),
    sqs: sqs().await;
    [a_buried_record_keeps_its_group_and_reason, a_record_is_buried_once]
}

contract_tests! {
    fake_without_groups: fake(),
    sqs_without_groups: sqs_without_groups().await;
    [a_buried_record_keeps_its_reason]
}

/// The receiving end of a dead-letter queue.
trait ReceiveRecords {
    /// All records that have arrived, once they are `count`.
    async fn records(&self, count: usize) -> Vec<Received>;
}

impl ReceiveRecords for FakeDeadLetters {
    async fn records(&self, _count: usize) -> Vec<Received> {
        let received = |(group, body, reason)| Received { group, body, reason: Some(reason) };
        self.buried().into_iter().map(received).collect()
    }
}

impl ReceiveRecords for OwnQueue {
    async fn records(&self, count: usize) -> Vec<Received> {
        self.receive(count).await
    }
}

fn fake() -> (FakeDeadLetters, FakeDeadLetters) {
    let dead_letters = FakeDeadLetters::default();
    (dead_letters.clone(), dead_letters)
}

async fn sqs() -> (DeadLetterQueue, OwnQueue) {
    let own = OwnQueue::fifo().await;
    (DeadLetterQueue::new(&Stack::of_tests().sdk_config(), &own.url, true), own)
}

async fn sqs_without_groups() -> (DeadLetterQueue, OwnQueue) {
    let own = OwnQueue::standard().await;
    (DeadLetterQueue::new(&Stack::of_tests().sdk_config(), &own.url, false), own)
}

async fn a_buried_record_keeps_its_reason((dead_letters, receiver): (impl BuryRecords, impl ReceiveRecords)) {
    dead_letters.bury("id", "", "record", "reason").await.unwrap();
    let expected = Received { group: String::new(), body: "record".into(), reason: Some("reason".into()) };
    assert_eq!(receiver.records(1).await, [expected]);
}

async fn a_buried_record_keeps_its_group_and_reason(
    (dead_letters, receiver): (impl BuryRecords, impl ReceiveRecords),
) {
    dead_letters.bury("id", "group", "record", "reason").await.unwrap();
    let expected = Received { group: "group".into(), body: "record".into(), reason: Some("reason".into()) };
    assert_eq!(receiver.records(1).await, [expected]);
}

async fn a_record_is_buried_once((dead_letters, receiver): (impl BuryRecords, impl ReceiveRecords)) {
    for (message_id, record) in [("1", "first"), ("1", "first"), ("2", "second")] {
        dead_letters.bury(message_id, record, record, "reason").await.unwrap();
    }
    let mut records: Vec<String> =
        receiver.records(2).await.into_iter().map(|received| received.body).collect();
    records.sort();
    assert_eq!(records, ["first", "second"]);
}

#[tokio::test]
async fn sqs_accepts_a_reason_of_any_length_and_characters() {
    let (dead_letters, receiver) = sqs().await;
    dead_letters.bury("id", "group", "record", &"quoted \u{0} ".repeat(100)).await.unwrap();
    let records = receiver.records(1).await;
    assert_eq!(records[0].body, "record");
    let length = records[0].reason.as_ref().map(String::len);
    assert_eq!(length, Some(500), "cut, and without control characters");
}
