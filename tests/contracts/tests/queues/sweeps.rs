use contracts::contract_tests;
use conversation::fake::FakeSweepQueue;
use conversation::fake::samples::{application_id, chat_id};
use conversation::ports::QueueSweeps;
use conversation::{ChatNumber, Sweep, SweepApplication, SweepChat};
use sqs_queues::{SweepQueue, decode_sweep};
use test_stack::Stack;

use crate::own_queue::OwnQueue;

contract_tests! {
    fake: fake(),
    sqs: sqs().await;
    [sweeps_arrive_unchanged]
}

/// The receiving end of a queue of sweeps.
trait ReceiveSweeps {
    /// All sweeps that have arrived, once they are `count`.
    async fn sweeps(&self, count: usize) -> Vec<Sweep>;
}

impl ReceiveSweeps for FakeSweepQueue {
    async fn sweeps(&self, _count: usize) -> Vec<Sweep> {
        self.queued()
    }
}

impl ReceiveSweeps for OwnQueue {
    async fn sweeps(&self, count: usize) -> Vec<Sweep> {
        let received = self.receive(count).await;
        received.iter().map(|received| decode_sweep(&received.body).unwrap()).collect()
    }
}

fn fake() -> (FakeSweepQueue, FakeSweepQueue) {
    let queue = FakeSweepQueue::default();
    (queue.clone(), queue)
}

async fn sqs() -> (SweepQueue, OwnQueue) {
    let own = OwnQueue::standard().await;
    (SweepQueue::new(&Stack::of_tests().sdk_config(), &own.url), own)
}

async fn sweeps_arrive_unchanged((queue, receiver): (impl QueueSweeps, impl ReceiveSweeps)) {
    let application = application_id();
    let after = ChatNumber::new(7).unwrap();
    let mut sent = vec![Sweep::Application(SweepApplication { id: application.clone(), after: Some(after) })];
    // More than SQS accepts in one batch.
    sent.extend(
        (1..=12).map(|number| Sweep::Chat(SweepChat { id: chat_id(&application, number), after: None })),
    );
    queue.queue_sweeps(&sent).await.unwrap();
    queue.queue_sweeps(&[]).await.unwrap();
    let arrived = receiver.sweeps(13).await;
    // A standard queue keeps no order.
    assert_eq!(arrived.len(), 13);
    assert!(sent.iter().all(|sweep| arrived.contains(sweep)));
}
