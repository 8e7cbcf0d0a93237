use std::time::Duration;

use super::{CallFault, Episode, Fault, Service};
use crate::random::Random;

/// How many episodes a run has at least, and how many more it may have.
const FEWEST_EPISODES: u64 = 4;
const MORE_EPISODES: u64 = 14;
const SHORTEST_EPISODE: Duration = Duration::from_secs(1);

/// Episodes that a seed decides, all within `length` from the start.
pub(crate) fn random_episodes(random: &Random, length: Duration) -> Vec<Episode> {
    let count = FEWEST_EPISODES + random.below(MORE_EPISODES);
    (0..count)
        .map(|_| {
            let from = length.mul_f64(random.unit());
            let to = (from + random.between(SHORTEST_EPISODE, length / 4)).min(length);
            Episode { from, to, fault: random_fault(random) }
        })
        .collect()
}

pub(super) fn random_fault(random: &Random) -> Fault {
    let service = random.pick(&Service::ALL).copied().unwrap_or(Service::DynamoDb);
    // Rare, frequent, or always: an outage.
    let probability = match random.below(6) {
        0 => 1.0,
        1 | 2 => 0.3 * random.unit(),
        _ => 0.05 * random.unit(),
    };
    // Half of all faults are faults of calls.
    match random.below(21) {
        0..=10 => Fault::Calls { service, fault: random_call_fault(random), probability },
        11 => Fault::Slow {
            service,
            by: random.between(Duration::from_millis(50), Duration::from_millis(3_500)),
        },
        12 => Fault::Brownout { service, probability: probability.min(0.5) },
        13 => Fault::RefusedItems { probability },
        14 => Fault::BulkLimit { documents_per_second: small_rate(random) },
        15 => Fault::QueueWarmUp { sends_per_second: small_rate(random) },
        16 => Fault::Kills { probability: probability / 2.0 },
        17 => Fault::DeadConnections { probability: random.unit() },
        18 => Fault::LostResponses { probability },
        19 => Fault::IndexLost,
        _ => Fault::KeptBatches { probability: probability / 2.0 },
    }
}

/// Faults after the effect come more often: they are the hard ones.
fn random_call_fault(random: &Random) -> CallFault {
    let late = CallFault::Late(random.between(Duration::from_millis(100), Duration::from_secs(12)));
    let faults = [
        CallFault::Refused,
        CallFault::NotReceived,
        CallFault::ReplyLost,
        CallFault::ReplyLost,
        CallFault::Throttled,
        CallFault::ServerError,
        CallFault::ServerErrorAfterEffect,
        CallFault::Silent,
        late,
        late,
    ];
    random.pick(&faults).copied().unwrap_or(CallFault::Throttled)
}

/// A rate that the random scenario's load exceeds at times.
fn small_rate(random: &Random) -> u32 {
    u32::try_from(2 + random.below(50)).unwrap_or(2)
}
