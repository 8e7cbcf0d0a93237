//! Scenarios of load, without faults.

use std::time::Duration;

use super::Scenario;
use super::named::{PLACES, WITH_BUSY_CHAT, open};
use crate::workload::{Arrivals, Setup, Stream, Work};

pub(super) fn steady() -> Scenario {
    let setup = Setup { applications: 50, chats: 5_000, busy_chat: false, messages: 0 };
    let summary = "1,000 messages a second over 5,000 chats, for five minutes.";
    Scenario::new(summary, setup, vec![open(Work::Messages, 1_000, 5)])
}

pub(super) fn flood() -> Scenario {
    let streams = vec![open(Work::BusyChat, 300, 60), open(Work::Messages, 100, 60)];
    let summary = "One chat gets 300 messages a second for an hour, all others together 100.";
    Scenario::new(summary, WITH_BUSY_CHAT, streams)
}

pub(super) fn big_deletion() -> Scenario {
    let deletion = Stream {
        work: Work::DeletionOfBusyChat,
        arrivals: Arrivals::Open { rate: 1 },
        from: Duration::from_mins(1),
        writes: 1,
    };
    let summary = "A chat of 1,000,000 messages is deleted while all others get 100 messages a second.";
    let setup = Setup { messages: 1_000_000, ..WITH_BUSY_CHAT };
    Scenario::new(summary, setup, vec![open(Work::Messages, 100, 15), deletion])
}

pub(super) fn ten_thousand_chats() -> Scenario {
    let chats = Stream {
        work: Work::Chats,
        arrivals: Arrivals::Open { rate: 1_000 },
        from: Duration::from_mins(1),
        writes: 10_000,
    };
    let summary =
        "A tenant creates 10,000 chats, 1,000 a second, while the chats of others get 100 messages a second.";
    Scenario::new(summary, PLACES, vec![open(Work::Messages, 100, 5), chats])
}

pub(super) fn writers_and_follower() -> Scenario {
    let writers = Stream {
        work: Work::BusyChat,
        arrivals: Arrivals::Closed { clients: 20, pause: Duration::from_millis(200) },
        from: Duration::ZERO,
        writes: 50_000,
    };
    let summary =
        "20 clients write to one chat, each as soon as 0.2 s after its last reply, and a follower reads it.";
    Scenario { followers: 1, ..Scenario::new(summary, WITH_BUSY_CHAT, vec![writers]) }
}

pub(super) fn rolling_deploy() -> Scenario {
    let summary = "100 messages a second for ten minutes; for five of them, a release with a new form of records is deployed, function by function, readers of queues before writers.";
    let scenario = Scenario::new(summary, PLACES, vec![open(Work::Messages, 100, 10)]);
    Scenario { deployment: Some(0.2..0.7), ..scenario }
}
