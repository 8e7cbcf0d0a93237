use std::collections::BTreeSet;

use super::*;
use crate::region::template;

fn named(name: &str, writes: Option<u32>) -> Scenario {
    Scenario::named(name, 7, writes).unwrap()
}

#[test]
fn every_name_gives_the_scenario_of_that_name() {
    let names: BTreeSet<&str> = Scenario::names().collect();
    assert_eq!(names.len(), Scenario::names().count());
    for name in names {
        let scenario = named(name, None);
        assert_eq!(scenario.name, name);
        assert!(scenario.summary.ends_with('.'), "{name}");
        assert!(scenario.writes() > 0 && !scenario.length().is_zero(), "{name}");
    }
}

#[test]
fn an_unknown_name_gives_no_scenario() {
    assert!(Scenario::named("", 7, None).is_none());
    assert!(Scenario::named("Steady", 7, None).is_none());
}

#[test]
fn summaries_differ() {
    let summaries: BTreeSet<&str> = Scenario::names().map(|name| named(name, None).summary).collect();
    assert_eq!(summaries.len(), Scenario::names().count());
}

#[test]
fn a_scaled_scenario_keeps_the_shares_of_its_streams() {
    for name in Scenario::names() {
        let (full, scaled) = (named(name, None), named(name, Some(1_000)));
        assert_eq!(full.streams.len(), scaled.streams.len(), "{name}");
        let factor = 1_000.0 / f64::from(full.writes());
        for (full, scaled) in full.streams.iter().zip(&scaled.streams) {
            let expected = f64::from(full.writes) * factor;
            // No stream is left without a write.
            assert!((f64::from(scaled.writes) - expected).abs() <= 1.0, "{name}: {scaled:?}");
            assert!(scaled.writes >= 1, "{name}");
            assert_eq!(scaled.from, full.from.mul_f64(factor), "{name}");
        }
    }
}

#[test]
fn a_scaled_scenario_takes_as_much_less_time() {
    for name in Scenario::names() {
        let (full, scaled) = (named(name, None), named(name, Some(1_000)));
        let expected = full.length().mul_f64(1_000.0 / f64::from(full.writes()));
        let difference = scaled.length().abs_diff(expected);
        assert!(difference <= Duration::from_secs(1), "{name}: {:?}, not {expected:?}", scaled.length());
    }
}

#[test]
fn a_shorter_scenario_prepares_less_and_a_longer_one_no_more() {
    let [short, full, long] =
        [Some(1_000), None, Some(10_000_000)].map(|writes| named("big-deletion", writes));
    assert!(short.setup.messages < full.setup.messages / 10, "{:?}", short.setup);
    assert!(short.setup.chats < full.setup.chats, "{:?}", short.setup);
    assert!(short.setup.chats >= short.setup.applications, "each application has a chat");
    let prepared = |scenario: &Scenario| (scenario.setup.messages, scenario.setup.chats);
    assert_eq!(prepared(&long), prepared(&full));
}

#[test]
fn episodes_lie_within_the_run() {
    for name in Scenario::names() {
        let scenario = named(name, Some(5_000));
        for seed in 0..50 {
            for episode in scenario.episodes(&Random::new(seed)) {
                let is_within = episode.from <= episode.to && episode.to <= scenario.length();
                assert!(is_within, "{name} with seed {seed}: {episode:?}");
            }
        }
    }
}

#[test]
fn the_scenarios_of_load_and_calm_have_no_faults() {
    let without: BTreeSet<&str> =
        Scenario::names().filter(|name| named(name, None).episodes(&Random::new(1)).is_empty()).collect();
    let expected = [
        "steady",
        "flood",
        "big-deletion",
        "ten-thousand-chats",
        "poison",
        "writers-and-follower",
        "rolling-deploy",
        "calm",
    ];
    assert_eq!(without, expected.into());
}

#[test]
fn a_deployment_names_each_function_once_in_the_order_of_time() {
    let scenario = named("rolling-deploy", None);
    let functions = template().unwrap().functions;
    let all: BTreeSet<FunctionName> =
        functions.iter().map(|function| FunctionName::new(&function.name)).collect();
    let mut orders = BTreeSet::new();
    for seed in 0..50 {
        let deployments = scenario.deployments(&functions, &Random::new(seed));
        assert!(deployments.is_sorted(), "{deployments:?}");
        let (first, last) = (deployments.first().unwrap().0, deployments.last().unwrap().0);
        assert!(first >= scenario.length().mul_f64(0.2));
        assert!(last <= scenario.length().mul_f64(0.7) + 2 * CHANGEOVER);
        let names: Vec<FunctionName> = deployments.into_iter().map(|(_, name)| name).collect();
        assert_eq!(names.iter().cloned().collect::<BTreeSet<_>>(), all);
        assert_eq!(names.len(), all.len());
        let place = |name| names.iter().position(|found| *found == FunctionName::new(name));
        assert!(place("reindex") < place("persist") && place("persist") < place("create-message"));
        orders.insert(names);
    }
    assert!(orders.len() > 10, "the seed decides the order");
}

#[test]
fn only_the_rolling_deployment_deploys() {
    for name in Scenario::names() {
        let functions = template().unwrap().functions;
        let deployments = named(name, None).deployments(&functions, &Random::new(1));
        assert_eq!(!deployments.is_empty(), name == "rolling-deploy", "{name}");
    }
}
