use std::collections::BTreeSet;

use super::random::random_fault;
use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// This fault from second 10 to second 20.
fn faults(fault: Fault) -> Faults {
    Faults::new(vec![Episode { from: seconds(10), to: seconds(20), fault }], Random::new(1))
}

fn throttled() -> Fault {
    Fault::Calls { service: Service::Sqs, fault: CallFault::Throttled, probability: 1.0 }
}

#[test]
fn a_fault_lasts_as_long_as_its_episode() {
    let faults = faults(throttled());
    let at = [9, 10, 19, 20].map(|second| faults.on_call(Service::Sqs, seconds(second)));
    assert_eq!(at, [None, Some(CallFault::Throttled), Some(CallFault::Throttled), None]);
    assert_eq!(faults.on_call(Service::DynamoDb, seconds(10)), None);
    faults.end();
    assert_eq!(faults.on_call(Service::Sqs, seconds(11)), None);
}

#[test]
fn faults_are_counted_by_kind() {
    let faults = faults(throttled());
    for _ in 0..3 {
        let _ = faults.on_call(Service::Sqs, seconds(12));
    }
    let _ = faults.on_dead_connection(Service::DynamoDb);
    let expected = [("dynamodb: dead connection after a freeze", 1), ("sqs: call throttled", 3)];
    assert_eq!(faults.counts(), expected.map(|(kind, count)| (kind.into(), count)).into());
}

#[test]
fn a_brownout_slows_throttles_and_fails_calls() {
    let faults = faults(Fault::Brownout { service: Service::DynamoDb, probability: 0.5 });
    let now = seconds(15);
    let mut kinds = BTreeSet::new();
    let mut slow = 0;
    for _ in 0..200 {
        kinds.insert(faults.on_call(Service::DynamoDb, now).map_or("none", CallFault::kind));
        slow += u32::from(faults.delay(Service::DynamoDb, now) >= Duration::from_millis(100));
    }
    assert_eq!(kinds, ["5xx", "5xx after the effect", "call throttled", "none"].into());
    assert!((70..130).contains(&slow), "{slow}");
}

#[test]
fn a_call_over_a_dead_connection_breaks_or_gets_no_reply() {
    let faults = faults(throttled());
    let mut kinds = BTreeSet::new();
    for _ in 0..50 {
        let fault = faults.on_dead_connection(Service::Sqs);
        assert!(!fault.has_effect());
        kinds.insert(fault.kind());
    }
    assert_eq!(kinds, ["call not received", "no reply, no effect"].into());
}

#[test]
fn an_index_is_lost_once_at_the_start_of_its_episode() {
    let faults = faults(Fault::IndexLost);
    assert!(faults.index_losses(seconds(9)).is_empty());
    assert_eq!(faults.index_losses(seconds(30)), [seconds(10)]);
}

/// Eight faults of calls, and every other fault.
const KINDS: usize = 18;

#[test]
fn random_faults_are_of_every_kind() {
    let random = Random::new(3);
    let name = |fault: Fault| match fault {
        Fault::Calls { fault, .. } => fault.kind().to_owned(),
        other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    };
    let names: BTreeSet<String> = (0..2_000).map(|_| name(random_fault(&random))).collect();
    assert_eq!(names.len(), KINDS, "{names:?}");
}

#[test]
fn a_seed_decides_the_episodes_and_all_lie_within_the_run() {
    let [one, same] = [5, 5].map(|seed| random_episodes(&Random::new(seed), seconds(60)));
    assert_eq!(one, same);
    for seed in 0..50 {
        let episodes = random_episodes(&Random::new(seed), seconds(60));
        assert!(episodes.iter().all(|episode| episode.from <= episode.to && episode.to <= seconds(60)));
    }
}

#[test]
fn a_fault_that_has_its_effect_is_named_as_hiding_it() {
    let random = Random::new(3);
    let mut hidden: BTreeSet<&str> = [call_fault::SLOW].into();
    for _ in 0..2_000 {
        if let Fault::Calls { fault, .. } = random_fault(&random)
            && fault.has_effect()
        {
            hidden.insert(fault.kind());
        }
    }
    assert_eq!(hidden, EFFECT_HIDDEN.into());
}
