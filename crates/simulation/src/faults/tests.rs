use super::random::random_trouble;
use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Faults with this trouble from second 10 to second 20.
fn faults(trouble: Trouble) -> Faults {
    Faults::new(vec![Episode { from: seconds(10), to: seconds(20), trouble }], Random::new(1))
}

fn throttled() -> Trouble {
    Trouble::Calls { service: "sqs", fault: Fault::Throttled, probability: 1.0 }
}

#[test]
fn trouble_lasts_as_long_as_its_episode() {
    let faults = faults(throttled());
    let at = [9, 10, 19, 20].map(|second| faults.on_call("sqs", seconds(second)));
    assert_eq!(at, [None, Some(Fault::Throttled), Some(Fault::Throttled), None]);
    assert_eq!(faults.on_call("dynamodb", seconds(10)), None);
    faults.end();
    assert_eq!(faults.on_call("sqs", seconds(11)), None);
}

#[test]
fn faults_are_counted_by_kind() {
    let faults = faults(throttled());
    for _ in 0..3 {
        let _ = faults.on_call("sqs", seconds(12));
    }
    let _ = faults.on_dead_connection("dynamodb");
    let expected = [("dynamodb: dead connection after a freeze", 1), ("sqs: call throttled", 3)];
    assert_eq!(faults.counts(), expected.map(|(kind, count)| (kind.into(), count)).into());
}

#[test]
fn a_brownout_slows_throttles_and_fails_calls() {
    let faults = faults(Trouble::Brownout { service: "dynamodb", probability: 0.5 });
    let now = seconds(15);
    let mut kinds = std::collections::BTreeSet::new();
    let mut slow = 0;
    for _ in 0..200 {
        kinds.insert(faults.on_call("dynamodb", now).map_or("none", Fault::kind));
        slow += u32::from(faults.delay("dynamodb", now) >= BROWNOUT.0);
    }
    assert_eq!(kinds, ["5xx", "5xx after the effect", "call throttled", "none"].into());
    assert!((70..130).contains(&slow), "{slow}");
}

#[test]
fn a_call_over_a_dead_connection_breaks_or_gets_no_reply() {
    let faults = faults(throttled());
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let fault = faults.on_dead_connection("sqs");
        assert!(!fault.has_effect());
        kinds.insert(fault.kind());
    }
    assert_eq!(kinds, ["call not received", "no reply, no effect"].into());
}

#[test]
fn an_index_is_lost_once_at_the_start_of_its_episode() {
    let faults = faults(Trouble::IndexLost);
    assert!(faults.index_losses(seconds(9)).is_empty());
    assert_eq!(faults.index_losses(seconds(30)), [seconds(10)]);
}

#[test]
fn a_seed_leads_to_every_kind_of_trouble() {
    let random = Random::new(3);
    let name = |trouble: Trouble| match trouble {
        Trouble::Calls { fault, .. } => fault.kind().to_owned(),
        other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    };
    let names: std::collections::BTreeSet<String> =
        (0..2_000).map(|_| name(random_trouble(&random))).collect();
    assert_eq!(names.len(), KINDS, "{names:?}");
    let [one, same] = [5, 5].map(|seed| random_episodes(&Random::new(seed), seconds(60)));
    assert_eq!(one, same);
    assert!(one.iter().all(|episode| episode.to <= seconds(60)));
}

/// Eight faults of calls, and every other trouble.
const KINDS: usize = 18;
