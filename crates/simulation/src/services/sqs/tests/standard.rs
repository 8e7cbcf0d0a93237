use std::collections::BTreeSet;

use super::*;

fn standard() -> Sqs {
    let mut definition = template().unwrap();
    for queue in &mut definition.queues {
        queue.fifo = None;
    }
    queues_with(&definition, Vec::new())
}

fn send_number(sqs: &Sqs, number: u64, now: Duration) {
    let input = json!({ "QueueUrl": URL, "MessageBody": number.to_string() });
    let reply = sqs.perform("SendMessage", &input, now).unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body.get("SequenceNumber").is_none());
}

#[test]
fn messages_of_a_standard_queue_do_not_wait_for_each_other() {
    let sqs = standard();
    for number in 0..30 {
        send_number(&sqs, number, seconds(0));
    }
    let first = receive(&sqs, seconds(0));
    assert_eq!(receive(&sqs, seconds(0)).len() + first.len(), 20);
    assert!(first.iter().all(|received| received.message.group_id().is_none()));
}

#[test]
fn a_standard_queue_recognises_no_message_and_has_no_rate() {
    let sqs = standard();
    for _ in 0..1_000 {
        send_number(&sqs, 1, seconds(0));
    }
    assert_eq!(sqs.len("Writes"), 1_000);
}

#[test]
fn a_standard_queue_delivers_at_least_once_and_about_in_order() {
    let sqs = standard();
    for number in 0..20_000 {
        send_number(&sqs, number, seconds(0));
    }
    let mut delivered: Vec<u64> = Vec::new();
    for second in 1..4_000 {
        let received = receive(&sqs, seconds(second));
        delivered.extend(bodies(&received).iter().map(|body| body.parse::<u64>().unwrap()));
        assert!(sqs.delete("Writes", received, seconds(second)).is_empty());
    }
    assert_eq!(sqs.len("Writes"), 0);
    let different: BTreeSet<u64> = delivered.iter().copied().collect();
    assert_eq!(different.len(), 20_000);
    let again = delivered.len() - different.len();
    assert!((5..60).contains(&again), "{again} of 20,000 came twice");
    let disorder = delivered.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!((50..500).contains(&disorder), "{disorder} of 20,000 out of order");
}
