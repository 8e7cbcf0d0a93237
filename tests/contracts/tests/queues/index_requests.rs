use contracts::contract_tests;
use conversation::IndexRequest;
use conversation::fake::FakeIndexQueue;
use conversation::fake::samples::{application_id, chat_id, message_id};
use conversation::ports::DeferIndexing;
use sqs_queues::{IndexQueue, decode_index_request};
use test_stack::Stack;

use crate::own_queue::OwnQueue;

contract_tests! {
    fake: fake(),
    sqs: sqs().await;
    [index_requests_arrive_unchanged]
}

/// The receiving end of a queue of index requests.
trait ReceiveIndexRequests {
    /// All requests that have arrived, once they are `count`.
    async fn index_requests(&self, count: usize) -> Vec<IndexRequest>;
}

impl ReceiveIndexRequests for FakeIndexQueue {
    async fn index_requests(&self, _count: usize) -> Vec<IndexRequest> {
        self.deferred()
    }
}

impl ReceiveIndexRequests for OwnQueue {
    async fn index_requests(&self, count: usize) -> Vec<IndexRequest> {
        let mut requests = Vec::new();
        for received in self.receive(count).await {
            let request = decode_index_request(&received.body).unwrap();
            assert_eq!(received.group, "");
            requests.push(request);
        }
        requests
    }
}

fn fake() -> (FakeIndexQueue, FakeIndexQueue) {
    let queue = FakeIndexQueue::default();
    (queue.clone(), queue)
}

async fn sqs() -> (IndexQueue, OwnQueue) {
    let own = OwnQueue::standard().await;
    (IndexQueue::new(&Stack::of_tests().sdk_config(), &own.url), own)
}

/// More than SQS accepts in one batch.
fn twelve_requests() -> Vec<IndexRequest> {
    let chat = chat_id(&application_id(), 1);
    let request = |number| {
        let id = message_id(&chat, number);
        if number % 2 == 0 { IndexRequest::Remove(id) } else { IndexRequest::Refresh(id) }
    };
    (1..=12).map(request).collect()
}

async fn index_requests_arrive_unchanged((queue, receiver): (impl DeferIndexing, impl ReceiveIndexRequests)) {
    let requests = twelve_requests();
    queue.defer(&requests).await.unwrap();
    // A standard queue keeps no order.
    let mut arrived = receiver.index_requests(12).await;
    arrived.sort_by_key(|request| request.message().message);
    assert_eq!(arrived, requests);
}
