use super::*;

const NONE: [&str; 0] = [];

#[test]
fn a_group_in_flight_is_not_available() {
    let sqs = queues();
    send_all(&sqs, &["a1", "b1", "a2"], seconds(0));
    let first = sqs.receive("Writes", 1, seconds(0));
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&receive(&sqs, seconds(0))), ["b1"]);
    assert_eq!(delete(&sqs, &first, seconds(1)), 1);
    assert_eq!(bodies(&receive(&sqs, seconds(1))), ["a2"]);
}

#[test]
fn a_receive_prefers_messages_of_one_group() {
    let sqs = queues();
    send_all(&sqs, &["a1", "b1", "a2", "a3"], seconds(0));
    assert_eq!(bodies(&receive(&sqs, seconds(0))), ["a1", "a2", "a3", "b1"]);
}

#[test]
fn a_message_that_is_not_deleted_comes_again_in_its_place() {
    let sqs = queues();
    send_all(&sqs, &["a1", "a2"], seconds(0));
    let received = receive(&sqs, seconds(0));
    assert_eq!(delete(&sqs, &received[1..], seconds(1)), 1);
    send_all(&sqs, &["a3"], seconds(1));
    assert_eq!(bodies(&receive(&sqs, VISIBILITY.checked_sub(seconds(1)).unwrap())), NONE);
    assert_eq!(bodies(&receive(&sqs, VISIBILITY)), ["a1", "a3"]);
    assert_eq!(delete(&sqs, &received[..1], VISIBILITY), 0, "the receipt expired");
}

fn change_visibility(sqs: &Sqs, received: &Received, timeout: u64, now: Duration) -> Value {
    let input = json!({
        "QueueUrl": URL,
        "Entries": [{ "Id": "1", "ReceiptHandle": received.receipt_handle(), "VisibilityTimeout": timeout }],
    });
    sqs.perform("ChangeMessageVisibilityBatch", &input, now).unwrap().body
}

#[test]
fn a_changed_visibility_timeout_counts_from_now() {
    let sqs = queues();
    send_all(&sqs, &["a1"], seconds(0));
    let received = receive(&sqs, seconds(0));
    assert_eq!(change_visibility(&sqs, &received[0], 5, seconds(10))["Successful"][0]["Id"], "1");
    assert_eq!(bodies(&receive(&sqs, seconds(14))), NONE);
    assert_eq!(bodies(&receive(&sqs, seconds(15))), ["a1"]);
    let failed = &change_visibility(&sqs, &received[0], 5, seconds(16))["Failed"][0];
    assert_eq!(failed["Code"], "MessageNotInflight", "the receipt is of an earlier receive");
    let failed = &change_visibility(&sqs, &received[0], 43_201, seconds(16))["Failed"][0];
    assert_eq!(failed["Code"], "InvalidParameterValue", "12 hours are the longest");
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
    let mut definition = template().unwrap();
    for queue in &mut definition.queues {
        if let Some(redrive) = &mut queue.redrive {
            redrive.max_receive_count = 2;
        }
    }
    let sqs = queues_with(&definition, Vec::new());
    send_all(&sqs, &["a1"], seconds(0));
    for attempt in 0..2 {
        assert_eq!(bodies(&receive(&sqs, VISIBILITY * attempt)), ["a1"]);
    }
    send_all(&sqs, &["a2"], VISIBILITY * 2);
    assert_eq!(bodies(&receive(&sqs, VISIBILITY * 2)), ["a2"], "the dead message delays no other");
    assert_eq!(sqs.len("Writes"), 1);
    assert_eq!(&*sqs.messages("WritesDlq")[0].body, "a1");
}

#[test]
fn a_message_expires() {
    let sqs = queues();
    send_all(&sqs, &["a1"], seconds(0));
    let retention = Duration::from_hours(14 * 24);
    assert_eq!(receive(&sqs, retention.saturating_sub(seconds(100))).len(), 1);
    assert_eq!(receive(&sqs, retention).len(), 0);
    assert_eq!(sqs.len("Writes"), 0);
}

#[test]
fn groups_after_the_first_120_000_messages_wait() {
    let sqs = queues();
    for number in 0..120_000_u64 {
        send(&sqs, "a", &number.to_string(), Duration::from_millis(number * 10));
    }
    let now = seconds(1_300);
    send_all(&sqs, &["b1"], now);
    let first = receive(&sqs, now);
    assert_eq!(bodies(&receive(&sqs, now)), NONE, "b comes after them");
    assert_eq!(delete(&sqs, &first[..1], now), 1);
    assert_eq!(bodies(&receive(&sqs, now)), ["b1"]);
}

#[test]
fn at_most_120_000_messages_are_in_flight() {
    let sqs = queues();
    for number in 0..120_010_u64 {
        sqs.put("Writes", &number.to_string(), "", seconds(0));
    }
    let mut last = Vec::new();
    for _ in 0..12_000 {
        last = receive(&sqs, seconds(1));
        assert_eq!(last.len(), 10);
    }
    assert_eq!(receive(&sqs, seconds(1)).len(), 0);
    assert_eq!(delete(&sqs, &last[..3], seconds(1)), 3);
    assert_eq!(receive(&sqs, seconds(1)).len(), 3);
}
