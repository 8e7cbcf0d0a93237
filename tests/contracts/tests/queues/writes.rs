use contracts::{contract_tests, silent_server};
use conversation::fake::FakeQueue;
use conversation::fake::samples::{application_id, chat_id, create_chat, create_message};
use conversation::ports::{SendWrites, WriteError};
use conversation::{MAX_BODY_BYTES, MessageWrite, Sweep, SweepApplication, Write};
use sqs_queues::{WriteQueue, decode_write};
use test_stack::{Stack, sdk_config};

use crate::own_queue::OwnQueue;

contract_tests! {
    fake: fake(),
    sqs: sqs().await;
    [writes_arrive_unchanged_and_in_order, the_deletion_of_an_application_arrives_in_order]
}

/// The receiving end of a queue of writes.
trait ReceiveWrites {
    /// All writes that have arrived, once they are `count`.
    async fn writes(&self, count: usize) -> Vec<Write>;
}

impl ReceiveWrites for FakeQueue {
    async fn writes(&self, _count: usize) -> Vec<Write> {
        self.sent()
    }
}

impl ReceiveWrites for OwnQueue {
    async fn writes(&self, count: usize) -> Vec<Write> {
        let mut writes = Vec::new();
        for received in self.receive(count).await {
            let write = decode_write(&received.body).unwrap();
            assert_eq!(received.group, write.group());
            writes.push(write);
        }
        writes
    }
}

fn fake() -> (FakeQueue, FakeQueue) {
    let queue = FakeQueue::default();
    (queue.clone(), queue)
}

async fn sqs() -> (WriteQueue, OwnQueue) {
    let own = OwnQueue::fifo().await;
    (WriteQueue::new(&Stack::of_tests().sdk_config(), &own.url), own)
}

async fn writes_arrive_unchanged_and_in_order((queue, receiver): (impl SendWrites, impl ReceiveWrites)) {
    let chat = chat_id(&application_id(), 1);
    let create = |number, text: &str| {
        Write::Message(MessageWrite::Create(create_message(&chat, number, number, text)))
    };
    let largest = "\u{1}".repeat(MAX_BODY_BYTES - 1) + "x";
    let sent = [
        Write::CreateChat(create_chat(&chat, 1, 5)),
        create(1, "hi"),
        create(2, "天气 🎉 عربي"),
        create(3, "\u{0}\u{FFFE}\u{FFFF}x"),
        create(4, &largest),
        // A message with the same body is another message.
        create(5, "hi"),
    ];
    for write in &sent {
        queue.send(write).await.unwrap();
    }
    assert_eq!(receiver.writes(sent.len()).await, sent);
}

async fn the_deletion_of_an_application_arrives_in_order(
    (queue, receiver): (impl SendWrites, impl ReceiveWrites),
) {
    let chat = chat_id(&application_id(), 100);
    let sent = [None, Some(chat.chat)].map(|after| {
        Write::Sweep(Sweep::Application(SweepApplication { id: chat.application.clone(), after }))
    });
    for write in &sent {
        queue.send(write).await.unwrap();
    }
    assert_eq!(receiver.writes(sent.len()).await, sent);
}

/// The error of a send that fails.
async fn send_error(queue: &WriteQueue) -> WriteError {
    queue.send(&Write::CreateChat(create_chat(&chat_id(&application_id(), 1), 1, 5))).await.unwrap_err()
}

#[tokio::test]
async fn a_write_to_a_queue_that_does_not_exist_is_not_written() {
    let stack = Stack::of_tests();
    let url = format!("{}/000000000000/nowhere.fifo", stack.aws);
    let error = send_error(&WriteQueue::new(&stack.sdk_config(), &url)).await;
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
}

#[tokio::test]
async fn a_write_to_an_unreachable_queue_is_not_written() {
    let endpoint = "http://127.0.0.1:1";
    let url = format!("{endpoint}/000000000000/writes.fifo");
    let error = send_error(&WriteQueue::new(&sdk_config(endpoint), &url)).await;
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
}

#[tokio::test]
async fn the_outcome_of_a_write_without_a_response_is_unknown() {
    let endpoint = silent_server().await;
    let url = format!("{endpoint}/000000000000/writes.fifo");
    let error = send_error(&WriteQueue::new(&sdk_config(&endpoint), &url)).await;
    assert!(matches!(error, WriteError::OutcomeUnknown(_)), "{error:?}");
}
