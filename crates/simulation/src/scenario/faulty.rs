//! Scenarios with one fault.

use std::time::Duration;

use super::Scenario;
use super::named::{LIMITS, PLACES, WITH_BUSY_CHAT, WITHOUT_DELAYS, open};
use crate::checker::Limits;
use crate::faults::{CallFault, Fault, Service};
use crate::workload::Work;

pub(super) fn opensearch_silent() -> Scenario {
    let summary = "500 messages a second for 34 minutes; OpenSearch does not reply for 30 of them.";
    let fault = Fault::Calls { service: Service::OpenSearch, fault: CallFault::Silent, probability: 1.0 };
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 500, 34)]);
    scenario.with_fault(2.0 / 34.0..32.0 / 34.0, fault)
}

pub(super) fn slow_tables() -> Scenario {
    let summary =
        "100 messages a second for 14 minutes; for ten of them, each call of DynamoDB takes 300 ms longer.";
    let fault = Fault::Slow { service: Service::DynamoDb, by: Duration::from_millis(300) };
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 100, 14)]);
    Scenario { limits: WITHOUT_DELAYS, ..scenario.with_fault(2.0 / 14.0..12.0 / 14.0, fault) }
}

pub(super) fn tables_away() -> Scenario {
    let summary = "10 messages a second for 200 minutes; for three hours of them, DynamoDB replies with 500.";
    let fault = Fault::Calls { service: Service::DynamoDb, fault: CallFault::ServerError, probability: 1.0 };
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 10, 200)]);
    Scenario { limits: WITHOUT_DELAYS, ..scenario.with_fault(0.05..0.95, fault) }
}

pub(super) fn sqs_throttled() -> Scenario {
    let summary =
        "100 messages a second for ten minutes; for eight of them, SQS throttles 30 % of the calls.";
    let fault = Fault::Calls { service: Service::Sqs, fault: CallFault::Throttled, probability: 0.3 };
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 100, 10)]);
    scenario.with_fault(0.1..0.9, fault)
}

pub(super) fn poison() -> Scenario {
    let streams = vec![open(Work::BusyChat, 20, 10), open(Work::Messages, 80, 10)];
    let summary = "Ten records that nobody can read are in the group of one chat, which gets 20 messages a second; all others together get 80.";
    Scenario { unreadable_records: 10, ..Scenario::new(summary, WITH_BUSY_CHAT, streams) }
}

pub(super) fn kills() -> Scenario {
    let summary =
        "100 messages a second for ten minutes; for eight of them, 5 % of all invocations are killed.";
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 100, 10)]);
    // A killed invocation reports nothing: its records come back after the visibility timeout, 20 s, and a chat may meet more
    // than one.
    let limits = Limits { readable: Some(Duration::from_mins(1)), ..LIMITS };
    Scenario { limits, ..scenario.with_fault(0.1..0.9, Fault::Kills { probability: 0.05 }) }
}
