use std::time::Duration;

use deployment_template::Template;
use serde_json::{Value, json};

use super::*;
use crate::region::template;

const VISIBILITY: Duration = Duration::from_mins(1);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn queues() -> Sqs {
    Sqs::new(&template().unwrap())
}

fn send(sqs: &Sqs, group: &str, id: &str, now: Duration) -> (u16, Value) {
    let input = json!({
        "QueueUrl": "https://aws.example.org/1/Writes", "MessageBody": id,
        "MessageGroupId": group, "MessageDeduplicationId": id,
    });
    let reply = sqs.perform("SendMessage", &input, now).unwrap();
    (reply.status, reply.body)
}

fn bodies(received: &[Received]) -> Vec<&str> {
    received.iter().map(|received| &*received.message.body).collect()
}

#[test]
fn a_group_in_flight_is_not_available() {
    let sqs = queues();
    for (group, id) in [("a", "a1"), ("b", "b1"), ("a", "a2")] {
        send(&sqs, group, id, seconds(0));
    }
    let first = sqs.receive("Writes", 1, seconds(0));
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&sqs.receive("Writes", 10, seconds(0))), ["b1"]);
    assert_eq!(sqs.delete("Writes", first.iter(), seconds(1)), 1);
    assert_eq!(bodies(&sqs.receive("Writes", 10, seconds(1))), ["a2"]);
}

#[test]
fn a_receive_prefers_messages_of_one_group() {
    let sqs = queues();
    for (group, id) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3")] {
        send(&sqs, group, id, seconds(0));
    }
    assert_eq!(bodies(&sqs.receive("Writes", 10, seconds(0))), ["a1", "a2", "a3", "b1"]);
}

#[test]
fn a_message_that_is_not_deleted_comes_again_in_its_place() {
    let sqs = queues();
    for id in ["a1", "a2"] {
        send(&sqs, "a", id, seconds(0));
    }
    let received = sqs.receive("Writes", 10, seconds(0));
    assert_eq!(sqs.delete("Writes", received.iter().skip(1), seconds(1)), 1);
    send(&sqs, "a", "a3", seconds(1));
    assert_eq!(bodies(&sqs.receive("Writes", 10, VISIBILITY - seconds(1))), [""; 0]);
    assert_eq!(bodies(&sqs.receive("Writes", 10, VISIBILITY)), ["a1", "a3"]);
    assert_eq!(sqs.delete("Writes", received.iter().take(1), VISIBILITY), 0, "the receipt expired");
}

#[test]
fn a_changed_visibility_timeout_counts_from_now() {
    let sqs = queues();
    send(&sqs, "a", "a1", seconds(0));
    let received = sqs.receive("Writes", 10, seconds(0));
    let handle = received[0].message.id.to_string();
    let input = json!({
        "QueueUrl": "https://aws.example.org/1/Writes",
        "Entries": [{ "Id": "1", "ReceiptHandle": handle, "VisibilityTimeout": 5 }],
    });
    sqs.perform("ChangeMessageVisibilityBatch", &input, seconds(10)).unwrap();
    assert_eq!(bodies(&sqs.receive("Writes", 10, seconds(14))), [""; 0]);
    assert_eq!(bodies(&sqs.receive("Writes", 10, seconds(15))), ["a1"]);
}

#[test]
fn a_message_is_recognised_for_five_minutes_in_its_group() {
    let sqs = queues();
    let first = send(&sqs, "a", "1", seconds(0));
    assert_eq!(send(&sqs, "a", "1", seconds(299)), first);
    assert_ne!(send(&sqs, "b", "1", seconds(299)), first);
    assert_ne!(send(&sqs, "a", "1", seconds(300)), first);
    assert_eq!(sqs.len("Writes"), 3);
}

#[test]
fn a_message_that_is_received_too_often_is_dead() {
    let mut definition: Template = template().unwrap();
    for queue in &mut definition.queues {
        if let Some(redrive) = &mut queue.redrive {
            redrive.max_receive_count = 2;
        }
    }
    let sqs = Sqs::new(&definition);
    send(&sqs, "a", "a1", seconds(0));
    for receive in 0..2 {
        assert_eq!(bodies(&sqs.receive("Writes", 10, VISIBILITY * receive)), ["a1"]);
    }
    assert_eq!(bodies(&sqs.receive("Writes", 10, VISIBILITY * 2)), [""; 0]);
    assert_eq!(sqs.len("Writes"), 0);
    assert_eq!(&*sqs.messages("WritesDlq")[0].body, "a1");
}

#[test]
fn a_message_expires() {
    let sqs = queues();
    send(&sqs, "a", "a1", seconds(0));
    let retention = Duration::from_hours(14 * 24);
    assert_eq!(sqs.receive("Writes", 10, retention - seconds(100)).len(), 1);
    assert_eq!(sqs.receive("Writes", 10, retention).len(), 0);
    assert_eq!(sqs.len("Writes"), 0);
}

#[test]
fn a_group_takes_300_sends_a_second() {
    let sqs = queues();
    for number in 0..300 {
        assert_eq!(send(&sqs, "a", &number.to_string(), seconds(1)).0, 200);
    }
    assert_eq!(send(&sqs, "a", "more", seconds(1)).0, 400);
    assert_eq!(send(&sqs, "b", "other", seconds(1)).0, 200);
    assert_eq!(send(&sqs, "a", "more", seconds(2)).0, 200);
}

#[test]
fn groups_behind_the_first_120_000_messages_wait() {
    let sqs = queues();
    for number in 0..120_000_u64 {
        send(&sqs, "a", &number.to_string(), Duration::from_millis(number * 10));
    }
    let now = seconds(1_300);
    send(&sqs, "b", "b1", now);
    let first = sqs.receive("Writes", 10, now);
    assert_eq!(bodies(&sqs.receive("Writes", 10, now)), [""; 0], "b is behind");
    assert_eq!(sqs.delete("Writes", first.iter().take(1), now), 1);
    assert_eq!(bodies(&sqs.receive("Writes", 10, now)), ["b1"]);
}
