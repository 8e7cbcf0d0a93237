//! What an operator does with dead letters, on the simulated SQS.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test: a panic is its report")]

use std::time::Duration;

use aws_types::SdkConfig;
use conversation::ports::BuryRecords;
use deployment_template::Template;
use function_environment::Environment;
use simulated_aws::{Fault, Stubs};
use sqs_queues::{BuriedRecord, BuriedRecords, DeadLetterQueue, QueueSize};

struct Queues {
    stubs: Stubs,
    sdk: SdkConfig,
}

impl Queues {
    fn start() -> Self {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let stubs = Stubs::start(&template, |_| Duration::ZERO).unwrap();
        let variables = stubs.variables("persist").unwrap().into_iter().collect();
        Self { sdk: Environment::new(variables).unwrap().sdk, stubs }
    }

    fn url(&self, name: &str) -> String {
        format!("{}/123456789012/{name}", self.stubs.aws_url())
    }

    fn of_writes(&self) -> BuriedRecords {
        BuriedRecords::new(&self.sdk, &self.url("WritesDlq"), &self.url("Writes"))
    }

    /// Buries records `1`, `2`, … of a group.
    async fn bury(&self, group: &str, count: usize) {
        let queue = DeadLetterQueue::new(&self.sdk, &self.url("WritesDlq"), true);
        for number in 1..=count {
            let message_id = format!("{group} {number}");
            queue.bury(&message_id, group, &number.to_string(), "it is too old").await.unwrap();
        }
    }
}

fn records(held: &[BuriedRecord]) -> Vec<(&str, &str)> {
    held.iter().map(|record| (record.group.as_str(), record.record.as_str())).collect()
}

#[tokio::test]
async fn looking_at_records_removes_and_hides_none() {
    let queues = Queues::start();
    queues.bury("a", 2).await;
    queues.bury("b", 1).await;
    let dead_letters = queues.of_writes();
    for receives in 1..=2 {
        let held = dead_letters.hold(|_| false).await.unwrap();
        assert_eq!(records(&held), [("a", "1"), ("a", "2"), ("b", "1")]);
        assert_eq!((held[0].receives, held[0].reason.as_deref()), (receives, Some("it is too old")));
        assert_eq!(dead_letters.size().await.unwrap(), QueueSize { visible: 0, in_flight: 3 });
        dead_letters.release(&held).await.unwrap();
        assert_eq!(dead_letters.size().await.unwrap(), QueueSize { visible: 3, in_flight: 0 });
    }
}

#[tokio::test]
async fn of_a_group_the_first_ten_are_reached_until_they_are_gone() {
    let queues = Queues::start();
    queues.bury("a", 12).await;
    let dead_letters = queues.of_writes();
    let held = dead_letters.hold(|_| false).await.unwrap();
    assert_eq!((held.len(), dead_letters.size().await.unwrap().total()), (10, 12));
    for record in &held {
        dead_letters.remove(record).await.unwrap();
    }
    assert_eq!(records(&dead_letters.hold(|_| false).await.unwrap()), [("a", "11"), ("a", "12")]);
}

#[tokio::test]
async fn a_redriven_record_is_back_in_its_group_without_its_reason() {
    let queues = Queues::start();
    queues.bury("a", 2).await;
    let dead_letters = queues.of_writes();
    let held = dead_letters.hold(|held| !held.is_empty()).await.unwrap();
    for record in &held {
        dead_letters.redrive(record).await.unwrap();
    }
    let sent = queues.stubs.aws.take_sent("Writes");
    let sent: Vec<_> = sent.iter().map(|sent| (&*sent.group, &*sent.body, sent.attributes.len())).collect();
    assert_eq!(sent, [("a", "1", 0), ("a", "2", 0)]);
    assert_eq!(dead_letters.size().await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_redrive_that_ends_in_between_can_be_repeated() {
    let queues = Queues::start();
    queues.bury("a", 1).await;
    let dead_letters = queues.of_writes();
    queues.stubs.aws.plan_faults(|call| (call.operation == "DeleteMessage").then_some(Fault::Throttled));
    let held = dead_letters.hold(|_| false).await.unwrap();
    dead_letters.redrive(&held[0]).await.unwrap_err();
    dead_letters.release(&held).await.unwrap();
    queues.stubs.aws.end_faults();

    let held = dead_letters.hold(|_| false).await.unwrap();
    dead_letters.redrive(&held[0]).await.unwrap();
    assert_eq!(queues.stubs.aws.take_sent("Writes").len(), 1);
    assert_eq!(dead_letters.size().await.unwrap().total(), 0);
}

#[tokio::test]
async fn records_of_a_standard_queue_have_no_group() {
    let queues = Queues::start();
    let queue = DeadLetterQueue::new(&queues.sdk, &queues.url("SweepsDlq"), false);
    queue.bury("1", "", "a sweep", "it is too old").await.unwrap();
    let dead_letters = BuriedRecords::new(&queues.sdk, &queues.url("SweepsDlq"), &queues.url("Sweeps"));
    let held = dead_letters.hold(|_| false).await.unwrap();
    assert_eq!(records(&held), [("", "a sweep")]);
    dead_letters.redrive(&held[0]).await.unwrap();
    assert_eq!(queues.stubs.aws.take_sent("Sweeps")[0].body, "a sweep");
}

#[tokio::test]
async fn records_are_released_if_the_rest_cannot_be_received() {
    let queues = Queues::start();
    queues.bury("a", 1).await;
    queues.bury("b", 11).await;
    let mut receives = 0;
    queues.stubs.aws.plan_faults(move |call| {
        receives += usize::from(call.operation == "ReceiveMessage");
        (call.operation == "ReceiveMessage" && receives > 1).then_some(Fault::Throttled)
    });
    queues.of_writes().hold(|_| false).await.unwrap_err();
    assert_eq!(queues.of_writes().size().await.unwrap(), QueueSize { visible: 12, in_flight: 0 });
}
