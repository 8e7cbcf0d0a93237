//! Scenarios that a seed decides.

use std::time::Duration;

use super::named::WITHOUT_DELAYS;
use super::{FaultPlan, Scenario};
use crate::random::Random;
use crate::workload::{Arrivals, Setup, Stream, Work};

/// How many writes arrive a second: the seed decides.
const RATES: [u32; 4] = [5, 20, 60, 150];

pub(super) fn random(seed: u64) -> Scenario {
    let random = Random::new(seed.rotate_left(32));
    let rate = random.pick(&RATES).copied().unwrap_or(20);
    let stream = Stream {
        work: Work::Anything,
        arrivals: Arrivals::Open { rate },
        from: Duration::ZERO,
        writes: 10_000,
    };
    let summary = "Writes of every kind, and faults of every kind, as the seed decides.";
    // Its clients create everything themselves.
    let setup = Setup { applications: 0, chats: 0, busy_chat: false, messages: 0 };
    Scenario {
        unreadable_records: 2,
        limits: WITHOUT_DELAYS,
        faults: FaultPlan::Random,
        ..Scenario::new(summary, setup, vec![stream])
    }
}

pub(super) fn calm(seed: u64) -> Scenario {
    let summary = "Writes of every kind, without faults.";
    Scenario { summary, unreadable_records: 0, faults: FaultPlan::Nothing, ..random(seed) }
}
