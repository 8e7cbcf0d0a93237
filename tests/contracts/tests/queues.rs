//! Queues: what is sent arrives to the letter and in order within its chat.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use contracts::{Stack, application, chat, chat_write, eventually, message, message_write};
use conversation::fake::{FakeDeadLetters, FakeIndexQueue, FakeQueue};
use conversation::ports::{BuryRecords, DeferIndexing, SendError, SendWrites};
use conversation::{IndexRequest, MAX_BODY_BYTES, Token, Write};
use sqs_queues::{DeadLetterQueue, IndexQueue, WriteQueue};

/// The other end of a queue.
trait Arrived {
    /// All that arrives, once it is `count`.
    async fn arrived(&self, count: usize) -> Vec<Write>;
}

impl Arrived for FakeQueue {
    async fn arrived(&self, _count: usize) -> Vec<Write> {
        self.sent()
    }
}

/// A FIFO queue of its own for one test.
struct OwnQueue {
    client: Client,
    url: String,
}

impl OwnQueue {
    async fn new() -> Self {
        let client = Client::new(&Stack::of_tests().config());
        let name = format!("test-{}.fifo", Token::random().unwrap().as_str());
        let made =
            client.create_queue().queue_name(name).attributes(QueueAttributeName::FifoQueue, "true").send();
        let url = made.await.unwrap().queue_url.unwrap();
        Self { client, url }
    }

    /// Takes what is there: group, body, reason.
    async fn take(&self) -> Vec<(String, String, Option<String>)> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .send()
            .await
            .unwrap();
        let mut taken = Vec::new();
        for mut message in answer.messages.unwrap_or_default() {
            let handle = message.receipt_handle.take().unwrap();
            self.client.delete_message().queue_url(&self.url).receipt_handle(handle).send().await.unwrap();
            let group =
                message.attributes.unwrap().remove(&MessageSystemAttributeName::MessageGroupId).unwrap();
            let reason = message.message_attributes.and_then(|mut all| all.remove("reason")?.string_value);
            taken.push((group, message.body.unwrap(), reason));
        }
        taken
    }
}

impl Arrived for OwnQueue {
    async fn arrived(&self, count: usize) -> Vec<Write> {
        let mut writes = Vec::new();
        eventually("the writes arrive", async || {
            for (group, body, _) in self.take().await {
                let write = Write::decode(&body).unwrap();
                assert_eq!(group, write.chat().key());
                writes.push(write);
            }
            (writes.len() >= count).then_some(())
        })
        .await;
        writes
    }
}

async fn writes_arrive_in_order(queue: &impl SendWrites, far_end: &impl Arrived) {
    let chat = chat(&application(1).token, 1);
    let mut sent = vec![Write::CreateChat(chat_write(chat.clone(), 1, 5))];
    let largest = "\u{1}".repeat(MAX_BODY_BYTES - 1) + "x";
    for (number, body) in (1..).zip(["hi", "天气 🎉 عربي", "\u{0}\u{FFFE}\u{FFFF}x", &largest]) {
        sent.push(Write::CreateMessage(message_write(&chat, number, number, body)));
    }
    // The same body again is another message.
    sent.push(Write::CreateMessage(message_write(&chat, 5, 5, "hi")));
    for write in &sent {
        queue.send(write).await.unwrap();
    }
    assert_eq!(far_end.arrived(sent.len()).await, sent);
}

#[tokio::test]
async fn the_fake_keeps_writes_in_order() {
    let queue = FakeQueue::default();
    writes_arrive_in_order(&queue, &queue).await;
}

#[tokio::test]
async fn sqs_keeps_writes_in_order() {
    let own = OwnQueue::new().await;
    let queue = WriteQueue::new(&Stack::of_tests().config(), &own.url);
    writes_arrive_in_order(&queue, &own).await;
}

#[tokio::test]
async fn a_queue_that_does_not_exist_refuses() {
    let stack = Stack::of_tests();
    let queue = WriteQueue::new(&stack.config(), &format!("{}/000000000000/nowhere.fifo", stack.aws));
    let write = Write::CreateChat(chat_write(chat(&application(1).token, 1), 1, 5));
    assert!(matches!(queue.send(&write).await, Err(SendError::NotSent(_))));
}

#[tokio::test]
async fn an_unreachable_queue_has_certainly_not_taken_the_write() {
    let stack = Stack { aws: "http://127.0.0.1:1".to_owned(), opensearch: String::new() };
    let queue = WriteQueue::new(&stack.config(), "http://127.0.0.1:1/000000000000/writes.fifo");
    let write = Write::CreateChat(chat_write(chat(&application(1).token, 1), 1, 5));
    assert!(matches!(queue.send(&write).await, Err(SendError::NotSent(_))));
}

/// Takes each request whole and closes the connection without a word.
async fn silent_server() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.readable().await.unwrap();
            let mut request = vec![0; 65536];
            let _ = stream.try_read(&mut request);
        }
    });
    address
}

#[tokio::test]
async fn a_queue_that_breaks_off_may_have_taken_the_write() {
    let address = silent_server().await;
    let stack = Stack { aws: format!("http://{address}"), opensearch: String::new() };
    let queue = WriteQueue::new(&stack.config(), &format!("http://{address}/000000000000/writes.fifo"));
    let write = Write::CreateChat(chat_write(chat(&application(1).token, 1), 1, 5));
    assert!(matches!(queue.send(&write).await, Err(SendError::Unknown(_))));
}

#[tokio::test]
async fn the_fake_keeps_what_is_buried() {
    let dead_letters = FakeDeadLetters::default();
    dead_letters.bury("id", "group", "record", "reason").await.unwrap();
    assert_eq!(dead_letters.buried(), [("group".into(), "record".into(), "reason".into())]);
}

#[tokio::test]
async fn sqs_keeps_what_is_buried() {
    let own = OwnQueue::new().await;
    let dead_letters = DeadLetterQueue::new(&Stack::of_tests().config(), &own.url);
    dead_letters.bury("id", "group", "record", "reason").await.unwrap();
    let long = "quoted \u{0} ".repeat(100);
    dead_letters.bury("other", "group", "another record", &long).await.unwrap();
    let mut taken = Vec::new();
    eventually("both records arrive", async || {
        taken.extend(own.take().await);
        (taken.len() == 2).then_some(())
    })
    .await;
    assert_eq!(taken[0], ("group".into(), "record".into(), Some("reason".into())));
    assert_eq!(taken[1].1, "another record");
    assert_eq!(taken[1].2.as_ref().map(String::len), Some(500), "cut, and without control characters");
}

fn requests() -> Vec<IndexRequest> {
    let chat = chat(&application(1).token, 1);
    let request = |number| {
        let id = message(&chat, number);
        if number % 2 == 0 { IndexRequest::Remove(id) } else { IndexRequest::Refresh(id) }
    };
    (1..=12).map(request).collect()
}

#[tokio::test]
async fn the_fake_keeps_what_is_deferred() {
    let (queue, requests) = (FakeIndexQueue::default(), requests());
    queue.defer(&requests).await.unwrap();
    assert_eq!(queue.deferred(), requests);
}

#[tokio::test]
async fn sqs_keeps_what_is_deferred() {
    let (own, requests) = (OwnQueue::new().await, requests());
    IndexQueue::new(&Stack::of_tests().config(), &own.url).defer(&requests).await.unwrap();
    let mut arrived = Vec::new();
    eventually("all of them arrive", async || {
        for (group, record, _) in own.take().await {
            let request = IndexRequest::decode(&record).unwrap();
            assert_eq!(group, request.message().chat.key());
            arrived.push(request);
        }
        (arrived.len() == 12).then_some(())
    })
    .await;
    assert_eq!(arrived, requests);
}
