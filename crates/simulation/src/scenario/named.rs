use std::time::Duration;

use super::{CONCURRENCY, FaultPlan, Scenario};
use crate::checker::Limits;
use crate::faults::{CallFault, Fault, Service};
use crate::random::Random;
use crate::workload::{Arrivals, Setup, Stream, Work};

/// The applications and chats of most scenarios.
const PLACES: Setup = Setup { applications: 20, chats: 500, busy_chat: false, messages: 0 };
const WITH_BUSY_CHAT: Setup = Setup { busy_chat: true, ..PLACES };
/// These bounds say that something grows, not how fast it is.
const LIMITS: Limits = Limits {
    records: 200_000,
    ledger: 1_000,
    receives: 100,
    calls: 100,
    deleted_hits: None,
    readable: Some(Duration::from_secs(1)),
    busy_readable: Some(Duration::from_secs(10)),
};
/// While the tables or everything may be away, the design promises no delay.
const WITHOUT_DELAYS: Limits = Limits { readable: None, busy_readable: None, ..LIMITS };

impl Scenario {
    pub const NAMES: [&str; 14] = [
        "steady",
        "flood",
        "opensearch-silent",
        "slow-tables",
        "tables-away",
        "sqs-throttled",
        "big-deletion",
        "ten-thousand-chats",
        "poison",
        "kills",
        "writers-and-follower",
        "rolling-deploy",
        "calm",
        "random",
    ];

    /// The scenario of this name. With `writes`, it is as much shorter or longer as it takes to send about so many. `None`
    /// if there is no such scenario.
    #[must_use]
    pub fn named(name: &str, seed: u64, writes: Option<u32>) -> Option<Self> {
        let scenario = match name {
            "steady" => steady(),
            "flood" => flood(),
            "opensearch-silent" => opensearch_silent(),
            "slow-tables" => slow_tables(),
            "tables-away" => tables_away(),
            "sqs-throttled" => sqs_throttled(),
            "big-deletion" => big_deletion(),
            "ten-thousand-chats" => ten_thousand_chats(),
            "poison" => poison(),
            "kills" => kills(),
            "writers-and-follower" => writers_and_follower(),
            "rolling-deploy" => rolling_deploy(),
            "calm" => {
                Self { name: "calm", summary: CALM, faults: FaultPlan::Parts(Vec::new()), ..random(seed) }
            }
            "random" => random(seed),
            _ => return None,
        };
        Some(writes.map_or(scenario.clone(), |writes| scenario.scaled(writes)))
    }

    /// The same with about this many writes. What was prepared shrinks with them.
    fn scaled(mut self, writes: u32) -> Self {
        let factor = f64::from(writes) / f64::from(self.writes().max(1));
        let scale = |count: u32| Duration::from_secs(count.into()).mul_f64(factor).as_secs();
        let scale = |count| u32::try_from(scale(count)).unwrap_or(u32::MAX).max(1);
        for stream in &mut self.streams {
            stream.writes = scale(stream.writes);
            stream.from = stream.from.mul_f64(factor);
        }
        if factor < 1.0 {
            self.setup.messages = self.setup.messages.min(scale(self.setup.messages));
            self.setup.chats = scale(self.setup.chats).max(self.setup.applications);
        }
        self
    }
}

fn scenario(name: &'static str, summary: &'static str, setup: Setup, streams: Vec<Stream>) -> Scenario {
    Scenario {
        name,
        summary,
        setup,
        streams,
        followers: 4,
        searchers: 2,
        readers: 2,
        unreadable_records: 0,
        concurrency: CONCURRENCY,
        limits: LIMITS,
        faults: FaultPlan::Parts(Vec::new()),
        deployment: None,
    }
}

/// Work that arrives at a rate, for some time.
fn open(work: Work, rate: u32, minutes: u32) -> Stream {
    Stream { work, arrivals: Arrivals::Open { rate }, from: Duration::ZERO, writes: rate * minutes * 60 }
}

fn steady() -> Scenario {
    let setup = Setup { applications: 50, chats: 5_000, busy_chat: false, messages: 0 };
    let summary = "1,000 messages a second over 5,000 chats, for five minutes.";
    scenario("steady", summary, setup, vec![open(Work::Messages, 1_000, 5)])
}

fn flood() -> Scenario {
    let streams = vec![open(Work::BusyChat, 300, 60), open(Work::Messages, 100, 60)];
    let summary = "One chat gets 300 messages a second for an hour, all others together 100.";
    scenario("flood", summary, WITH_BUSY_CHAT, streams)
}

fn opensearch_silent() -> Scenario {
    let summary = "500 messages a second for 34 minutes; OpenSearch does not reply for 30 of them.";
    let fault = Fault::Calls { service: Service::OpenSearch, fault: CallFault::Silent, probability: 1.0 };
    Scenario {
        faults: FaultPlan::Parts(vec![(2.0 / 34.0, 32.0 / 34.0, fault)]),
        ..scenario("opensearch-silent", summary, PLACES, vec![open(Work::Messages, 500, 34)])
    }
}

fn slow_tables() -> Scenario {
    let summary =
        "100 messages a second for 14 minutes; for ten of them, each call of DynamoDB takes 300 ms longer.";
    let fault = Fault::Slow { service: Service::DynamoDb, by: Duration::from_millis(300) };
    Scenario {
        faults: FaultPlan::Parts(vec![(2.0 / 14.0, 12.0 / 14.0, fault)]),
        limits: WITHOUT_DELAYS,
        ..scenario("slow-tables", summary, PLACES, vec![open(Work::Messages, 100, 14)])
    }
}

fn tables_away() -> Scenario {
    let summary = "10 messages a second for 200 minutes; for three hours of them, DynamoDB replies with 500.";
    let fault = Fault::Calls { service: Service::DynamoDb, fault: CallFault::ServerError, probability: 1.0 };
    Scenario {
        faults: FaultPlan::Parts(vec![(0.05, 0.95, fault)]),
        limits: WITHOUT_DELAYS,
        ..scenario("tables-away", summary, PLACES, vec![open(Work::Messages, 10, 200)])
    }
}

fn sqs_throttled() -> Scenario {
    let summary =
        "100 messages a second for ten minutes; for eight of them, SQS throttles 30 % of the calls.";
    let fault = Fault::Calls { service: Service::Sqs, fault: CallFault::Throttled, probability: 0.3 };
    Scenario {
        faults: FaultPlan::Parts(vec![(0.1, 0.9, fault)]),
        ..scenario("sqs-throttled", summary, PLACES, vec![open(Work::Messages, 100, 10)])
    }
}

fn big_deletion() -> Scenario {
    let deletion = Stream {
        work: Work::DeletionOfBusyChat,
        arrivals: Arrivals::Open { rate: 1 },
        from: Duration::from_mins(1),
        writes: 1,
    };
    let summary = "A chat of 1,000,000 messages is deleted while all others get 100 messages a second.";
    let setup = Setup { messages: 1_000_000, ..WITH_BUSY_CHAT };
    scenario("big-deletion", summary, setup, vec![open(Work::Messages, 100, 15), deletion])
}

fn ten_thousand_chats() -> Scenario {
    let chats = Stream {
        work: Work::Chats,
        arrivals: Arrivals::Open { rate: 1_000 },
        from: Duration::from_mins(1),
        writes: 10_000,
    };
    let summary =
        "A tenant creates 10,000 chats, 1,000 a second, while the chats of others get 100 messages a second.";
    scenario("ten-thousand-chats", summary, PLACES, vec![open(Work::Messages, 100, 5), chats])
}

fn poison() -> Scenario {
    let streams = vec![open(Work::BusyChat, 20, 10), open(Work::Messages, 80, 10)];
    let summary = "Ten records that nobody can read are in the group of one chat, which gets 20 messages a second; all others together get 80.";
    Scenario { unreadable_records: 10, ..scenario("poison", summary, WITH_BUSY_CHAT, streams) }
}

fn kills() -> Scenario {
    let summary =
        "100 messages a second for ten minutes; for eight of them, 5 % of all invocations are killed.";
    Scenario {
        faults: FaultPlan::Parts(vec![(0.1, 0.9, Fault::Kills { probability: 0.05 })]),
        ..scenario("kills", summary, PLACES, vec![open(Work::Messages, 100, 10)])
    }
}

fn writers_and_follower() -> Scenario {
    let writers = Stream {
        work: Work::BusyChat,
        arrivals: Arrivals::Closed { clients: 20, pause: Duration::from_millis(200) },
        from: Duration::ZERO,
        writes: 50_000,
    };
    let summary =
        "20 clients write to one chat, each as soon as 0.2 s after its last reply, and a follower reads it.";
    Scenario { followers: 1, ..scenario("writers-and-follower", summary, WITH_BUSY_CHAT, vec![writers]) }
}

fn rolling_deploy() -> Scenario {
    let summary = "100 messages a second for ten minutes; for five of them, a release with a new form of records is deployed, function by function in any order.";
    Scenario {
        deployment: Some((0.2, 0.7)),
        ..scenario("rolling-deploy", summary, PLACES, vec![open(Work::Messages, 100, 10)])
    }
}

const CALM: &str = "Writes of every kind, without faults.";

/// The seed also decides how fast the writes arrive.
fn random(seed: u64) -> Scenario {
    let random = Random::new(seed.rotate_left(32));
    let rate = random.pick(&[5, 20, 60, 150]).copied().unwrap_or(20);
    let stream = Stream {
        work: Work::Anything,
        arrivals: Arrivals::Open { rate },
        from: Duration::ZERO,
        writes: 10_000,
    };
    let setup = Setup { applications: 0, chats: 0, busy_chat: false, messages: 0 };
    Scenario {
        unreadable_records: 2,
        limits: WITHOUT_DELAYS,
        faults: FaultPlan::Random,
        ..scenario(
            "random",
            "Writes of every kind, and faults of every kind, as the seed decides.",
            setup,
            vec![stream],
        )
    }
}
