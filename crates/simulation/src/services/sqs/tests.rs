mod fifo;
mod limits;
mod standard;

use std::time::Duration;

use deployment_template::Template;
use serde_json::{Value, json};

use super::*;
use crate::faults::{Episode, Fault};
use crate::region::template;

const VISIBILITY: Duration = Duration::from_secs(20);
const URL: &str = "https://aws.example.org/1/Writes";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn queues_with(template: &Template, episodes: Vec<Episode>) -> Sqs {
    let random = Random::new(1);
    Sqs::new(template, Faults::new(episodes, random.fork()), &random)
}

fn queues() -> Sqs {
    queues_with(&template().unwrap(), Vec::new())
}

fn send(sqs: &Sqs, group: &str, id: &str, now: Duration) -> (u16, Value) {
    let input = json!({
        "QueueUrl": URL, "MessageBody": id, "MessageGroupId": group, "MessageDeduplicationId": id,
    });
    let reply = sqs.perform("SendMessage", &input, now).unwrap();
    (reply.status, reply.body)
}

/// Sends messages with these bodies, each in the group of its first letter.
fn send_all(sqs: &Sqs, ids: &[&str], now: Duration) {
    for id in ids {
        assert_eq!(send(sqs, &id[..1], id, now).0, 200);
    }
}

fn receive(sqs: &Sqs, now: Duration) -> Vec<Received> {
    sqs.receive("Writes", 10, now)
}

fn bodies(received: &[Received]) -> Vec<&str> {
    received.iter().map(|received| &*received.message.body).collect()
}

/// Returns how many messages left the queue.
fn delete(sqs: &Sqs, received: &[Received], now: Duration) -> usize {
    let before = sqs.len("Writes");
    assert!(sqs.delete("Writes", received.to_vec(), now).is_empty());
    before - sqs.len("Writes")
}
