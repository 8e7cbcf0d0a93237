use std::sync::Arc;
use std::time::Duration;

use super::{Percentiles, Report};
use crate::history::{
    ApplicationKey, BilledService, ChatKey, ClientKey, DeadLetter, FinalState, History, MessageKey, Metrics,
    Operation, Outcome, Reply, Request, Sample, Uncertainty, Visibility,
};

const CHAT: ChatKey = ChatKey { application: ApplicationKey(1), number: 1 };

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn operation(start: u64, outcome: Outcome) -> Operation {
    let body: Arc<str> = "tea".into();
    Operation {
        client: ClientKey(1),
        start: millis(start),
        end: millis(start + 500),
        idempotency_key: None,
        request: Request::CreateMessage { chat: CHAT, body },
        outcome,
    }
}

#[test]
fn percentiles_are_those_of_the_nearest_rank() {
    let of = |delays: &[u64]| Percentiles::of(delays.iter().map(|delay| millis(*delay)).collect());
    assert_eq!(of(&[]), Percentiles::default());
    assert_eq!(of(&[7]), Percentiles { p50: Some(millis(7)), p99: Some(millis(7)) });
    let hundred: Vec<u64> = (1..=100).rev().collect();
    assert_eq!(of(&hundred), Percentiles { p50: Some(millis(50)), p99: Some(millis(99)) });
}

#[test]
fn a_run_without_operations_has_a_report() {
    let report = Report::new(&History::default(), &Metrics::default(), &FinalState::default(), &[]);
    assert_eq!(report.accepted, 0);
    assert!(report.to_string().contains("| all chats, accepted → readable | no messages |"));
}

#[test]
fn a_report_is_a_table() {
    let accepted = |number| Outcome::Ok(Reply::Message { number, body: "tea".into() });
    let refused = |status| Outcome::Refused { status, code: "code".into() };
    let unknown = Uncertainty::Status { status: 503, code: "outcome_unknown".into() };
    let mut history = History::default();
    history.operations = vec![
        operation(0, accepted(1)),
        operation(500, accepted(2)),
        operation(1_000, refused(429)),
        operation(1_000, refused(503)),
        operation(1_000, Outcome::Unknown(unknown)),
        operation(1_500, Outcome::Unknown(Uncertainty::NoReply)),
    ];
    let visibility = |chat, accepted| Visibility {
        message: MessageKey { chat, number: 1 },
        accepted: millis(accepted),
        readable: Some(millis(accepted + 40)),
        searchable: Some(millis(accepted + 1_040)),
    };
    let metrics = Metrics {
        busy_chat: Some(CHAT),
        visibility: vec![visibility(CHAT, 10), visibility(ChatKey { number: 2, ..CHAT }, 20)],
        samples: vec![
            Sample { at: millis(1_000), writes: 3, api_concurrency: 2, ..Sample::default() },
            Sample {
                at: millis(2_000),
                writes: 2,
                index_requests: 1,
                consumer_concurrency: 1,
                ..Sample::default()
            },
        ],
        requests: [(BilledService::ApiGateway, 6), (BilledService::Lambda, 7), (BilledService::Sqs, 4)]
            .into(),
        lambda_gb_seconds: 0.5,
        write_units: 4.0,
        read_units: 2.0,
        faults: [("sqs: 5xx".into(), 200), ("dynamodb: slow call".into(), 1_000)].into(),
        peak_ledger: 7,
        peak_receives: [("index".into(), 4), ("writes.fifo".into(), 2)].into(),
        ..Metrics::default()
    };
    let letter = |expected| DeadLetter {
        queue: "writes-dlq.fifo".into(),
        record: "{}".into(),
        subject: None,
        reason: None,
        expected,
    };
    let state = FinalState { dead_letters: vec![letter(true), letter(false)], ..FinalState::default() };
    let expected = "| what | result |
|---|---|
| accepted writes | 2, 1.0/s |
| busy chat, accepted → readable | p50 0.040 s, p99 0.040 s |
| busy chat, accepted → searchable | p50 1.040 s, p99 1.040 s |
| other chats, accepted → readable | p50 0.040 s, p99 0.040 s |
| other chats, accepted → searchable | p50 1.040 s, p99 1.040 s |
| peak concurrency | 2 (API 2, persist, reindex and sweep 1) |
| peak backlog of writes.fifo | 3 records after 1 s |
| peak backlog of index | 1 records after 2 s |
| 429, 5xx, no reply | 1, 2, 1 |
| dead letters | 1 |
| largest ledger, most receives of a record | 7, 4 |
| faults injected | 1,200 |
| requests per million messages | api gateway 3.00 M, lambda 3.50 M, sqs 2.00 M |
| units per million messages | 2.00 M write, 1.00 M read |
| USD per million messages | 16.91 |
| violations: safety, liveness | 0, 0 |
";
    assert_eq!(Report::new(&history, &metrics, &state, &[]).to_string(), expected);
}
