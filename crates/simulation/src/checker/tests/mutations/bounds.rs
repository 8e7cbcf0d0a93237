//! Records that stay, and things that grow.

use std::time::Duration;

use super::{Mutation, Run};
use crate::checker::Rule;
use crate::faults::UNREADABLE_RECORDS;
use crate::history::{ApplicationKey, DeadLetter, LedgerSize, QueueDepth, Subject, Visibility};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("a record is dead", &[Rule::DeadLettered], |run| {
        run.state.dead_letters.push(dead_letter());
        true
    }),
    ("a queue does not drain", &[Rule::NotDrained], |run| {
        run.state.queues.push(QueueDepth { queue: "writes.fifo".into(), records: 1 });
        true
    }),
    ("a queue grows without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_records.insert("writes.fifo".into(), 11).is_none()
    }),
    ("a record is received without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_receives.insert("writes.fifo".into(), 11).is_none()
    }),
    ("a request retries without bound", &[Rule::Unbounded], |run| {
        run.metrics.peak_calls = 11;
        true
    }),
    ("a ledger was large for a time", &[Rule::Unbounded], |run| {
        run.metrics.peak_ledger = 11;
        true
    }),
    ("a ledger stays large", &[Rule::Unbounded], |run| {
        run.state.ledgers.push(LedgerSize { parent: Subject::Application(ApplicationKey(1)), missing: 11 });
        true
    }),
    ("messages are readable late", &[Rule::HeldUp], |run| add_delay(run, 2)),
    ("messages of the busy chat are readable late", &[Rule::HeldUp], |run| {
        run.metrics.busy_chat = run.unchanged().map(|message| message.chat);
        add_delay(run, 11)
    }),
    ("the record of a lost write is dead", &[Rule::DeadLettered], |run| {
        let Some(message) = run.unchanged() else { return false };
        run.state.dead_letters.push(DeadLetter {
            subject: Some(Subject::Message(message)),
            reason: Some("no reason".into()),
            ..dead_letter()
        });
        run.remove(message)
    }),
    ("an unreadable record is dead without a reason", &[Rule::DeadLettered], |run| {
        run.state.dead_letters.push(DeadLetter { expected: true, ..dead_letter() });
        true
    }),
    ("an unreadable record is dropped", &[Rule::RecordDropped], |run| {
        run.metrics.faults.insert(UNREADABLE_RECORDS.into(), 1).is_none()
    }),
];

fn add_delay(run: &mut Run, seconds: u64) -> bool {
    let Some(message) = run.unchanged() else { return false };
    let readable = Some(Duration::from_secs(seconds));
    run.metrics.visibility.push(Visibility { message, accepted: Duration::ZERO, readable, searchable: None });
    true
}

fn dead_letter() -> DeadLetter {
    DeadLetter {
        queue: "writes-dlq.fifo".into(),
        record: "{}".into(),
        subject: None,
        reason: None,
        expected: false,
    }
}
