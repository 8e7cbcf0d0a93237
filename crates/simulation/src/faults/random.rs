use std::time::Duration;

use super::{Episode, Fault, SERVICES, Trouble};
use crate::random::Random;

/// Episodes that a seed decides, all within `length` from the start.
#[must_use]
pub fn random_episodes(random: &Random, length: Duration) -> Vec<Episode> {
    let count = 4 + random.below(14);
    (0..count)
        .map(|_| {
            let from = length.mul_f64(random.unit());
            let to = (from + random.between(Duration::from_secs(1), length / 4)).min(length);
            Episode { from, to, trouble: random_trouble(random) }
        })
        .collect()
}

pub(super) fn random_trouble(random: &Random) -> Trouble {
    let service = random.pick(&SERVICES).copied().unwrap_or("dynamodb");
    // Rare, frequent, or always: an outage.
    let probability = match random.below(6) {
        0 => 1.0,
        1 | 2 => 0.3 * random.unit(),
        _ => 0.05 * random.unit(),
    };
    match random.below(21) {
        0..=10 => Trouble::Calls { service, fault: random_fault(random), probability },
        11 => Trouble::Slow {
            service,
            by: random.between(Duration::from_millis(50), Duration::from_millis(3_500)),
        },
        12 => Trouble::Brownout { service, probability: probability.min(0.5) },
        13 => Trouble::RefusedItems { probability },
        14 => Trouble::BulkLimit { documents_per_second: small_rate(random) },
        15 => Trouble::QueueWarmUp { sends_per_second: small_rate(random) },
        16 => Trouble::Kills { probability: probability / 2.0 },
        17 => Trouble::DeadConnections { probability: random.unit() },
        18 => Trouble::LostResponses { probability },
        19 => Trouble::IndexLost,
        _ => Trouble::KeptBatches { probability: probability / 2.0 },
    }
}

/// Faults after the effect come more often: they are the hard ones.
fn random_fault(random: &Random) -> Fault {
    let late = random.between(Duration::from_millis(100), Duration::from_secs(12));
    let faults = [
        Fault::Refused,
        Fault::NotReceived,
        Fault::ReplyLost,
        Fault::ReplyLost,
        Fault::Throttled,
        Fault::ServerError,
        Fault::ServerErrorAfterEffect,
        Fault::Silent,
        Fault::Late(late),
        Fault::Late(late),
    ];
    random.pick(&faults).copied().unwrap_or(Fault::Throttled)
}

/// A rate that the random scenario's load exceeds at times.
fn small_rate(random: &Random) -> u32 {
    u32::try_from(2 + random.below(50)).unwrap_or(2)
}
