use super::*;

/// The error of a batch.
fn refusal(sqs: &Sqs, entries: &Value) -> String {
    let input = json!({ "QueueUrl": URL, "Entries": entries });
    let reply = sqs.perform("SendMessageBatch", &input, seconds(0)).unwrap();
    assert_eq!((reply.status, sqs.len("Writes")), (400, 0));
    reply.body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
}

fn entry(id: &str, body: &str) -> Value {
    json!({ "Id": id, "MessageBody": body, "MessageGroupId": "a", "MessageDeduplicationId": id })
}

#[test]
fn batches_that_sqs_forbids_are_refused() {
    let sqs = queues();
    let eleven: Vec<Value> = (0..11).map(|number| entry(&number.to_string(), "")).collect();
    let half = "x".repeat(600_000);
    let mut without_group = entry("1", "");
    without_group["MessageGroupId"] = "".into();
    for (entries, expected) in [
        (json!([]), "EmptyBatchRequest"),
        (json!(eleven), "TooManyEntriesInBatchRequest"),
        (json!([entry("1", ""), entry("1", "")]), "BatchEntryIdsNotDistinct"),
        (json!([entry("a b", "")]), "InvalidBatchEntryId"),
        (json!([entry("1", &half), entry("2", &half)]), "BatchRequestTooLong"),
        (json!([without_group]), "InvalidParameterValue"),
    ] {
        assert_eq!(refusal(&sqs, &entries), expected);
    }
    let input = json!({ "QueueUrl": URL, "Entries": [entry("1", &half), entry("2", "")] });
    let reply = sqs.perform("SendMessageBatch", &input, seconds(0)).unwrap();
    assert_eq!(reply.body["Successful"].as_array().unwrap().len(), 2);
}

#[test]
fn a_message_has_at_most_1_mib_with_its_attributes() {
    let sqs = queues();
    let status = |body: usize| {
        let mut input = entry("1", &"x".repeat(body));
        input["QueueUrl"] = URL.into();
        input["MessageAttributes"] = json!({ "reason": { "DataType": "String", "StringValue": "r" } });
        sqs.perform("SendMessage", &input, seconds(0)).unwrap().status
    };
    let attribute = "reasonStringr".len();
    assert_eq!([1024 * 1024 - attribute + 1, 1024 * 1024 - attribute].map(status), [400, 200]);
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
fn a_batch_is_one_call_to_its_group() {
    let sqs = queues();
    for batch in 0..300 {
        let entries: Vec<Value> = (0..10).map(|number| entry(&format!("{batch}-{number}"), "")).collect();
        let input = json!({ "QueueUrl": URL, "Entries": entries });
        let reply = sqs.perform("SendMessageBatch", &input, seconds(1)).unwrap();
        assert_eq!(reply.body["Failed"].as_array().unwrap().len(), 0);
    }
    assert_eq!(sqs.len("Writes"), 3_000);
    let input = json!({ "QueueUrl": URL, "Entries": [entry("more", "")] });
    let reply = sqs.perform("SendMessageBatch", &input, seconds(1)).unwrap();
    assert_eq!(reply.body["Failed"][0]["Code"], "ThrottlingException");
}

#[test]
fn a_group_takes_300_receives_and_deletions_a_second() {
    let sqs = queues();
    for number in 0..301 {
        sqs.put("Writes", "a", &number.to_string(), seconds(0));
    }
    let now = seconds(1);
    for _ in 0..300 {
        let received = sqs.receive("Writes", 1, now);
        assert_eq!(delete(&sqs, &received, now), 1);
    }
    assert_eq!(sqs.receive("Writes", 1, now).len(), 0);
    let next = sqs.lock().get("Writes").and_then(Queue::next_change);
    assert_eq!(next, Some(seconds(2)));
    let received = sqs.receive("Writes", 1, seconds(2));
    assert_eq!(received.len(), 1);
    for _ in 0..299 {
        delete(&sqs, &received, seconds(2));
    }
    assert_eq!(sqs.delete("Writes", received.clone(), seconds(2)).len(), 0);
    assert_eq!(sqs.delete("Writes", received, seconds(2)).len(), 1);
}

#[test]
fn a_group_takes_300_changes_of_visibility_a_second() {
    let sqs = queues();
    send_all(&sqs, &["a1"], seconds(0));
    let handle = receive(&sqs, seconds(1))[0].receipt_handle();
    let input = json!({ "QueueUrl": URL, "ReceiptHandle": handle, "VisibilityTimeout": 60 });
    let status = || sqs.perform("ChangeMessageVisibility", &input, seconds(1)).unwrap().status;
    for _ in 0..300 {
        assert_eq!(status(), 200);
    }
    assert_eq!(status(), 400);
}

#[test]
fn a_new_queue_throttles_sends_while_it_warms_up() {
    let fault = Fault::QueueWarmUp { sends_per_second: 20 };
    let episode = Episode { from: seconds(0), to: seconds(10), fault };
    let sqs = queues_with(&template().unwrap(), vec![episode]);
    let taken = |now| (0..50).filter(|number| send(&sqs, &number.to_string(), "1", now).0 == 200).count();
    assert_eq!([3, 4, 10].map(|second| taken(seconds(second))), [20, 20, 50]);
    assert_eq!(sqs.faults.counts().values().sum::<u64>(), 60);
}

#[test]
fn a_hundred_thousand_messages_of_one_group_are_received_quickly() {
    let sqs = queues();
    for number in 0..100_000 {
        sqs.put("Writes", "a", &number.to_string(), seconds(0));
    }
    // 100,000 steps each would be 10^9.
    for second in 0..10_000 {
        let received = receive(&sqs, seconds(second));
        assert_eq!(delete(&sqs, &received, seconds(second)), 10);
    }
}
