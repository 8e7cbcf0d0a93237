//! A correct history passes, and the checker finds each single mutation of it.

mod allowed;
mod edit;
mod find;
mod find_writes;
mod model;
mod mutations;
mod plan;
mod readers;
mod record;
mod run;
mod store;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Rule, Violation, check, describe};
use allowed::ALLOWED;
use mutations::mutations;
use plan::Plan;
use run::{LIMITS, Run};

fn violations(run: &Run) -> Vec<Violation> {
    check(&run.history, &run.metrics, &run.state, &LIMITS)
}

#[test]
fn a_run_without_writes_passes() {
    assert_eq!(violations(&Run::default()), []);
}

#[test]
fn a_run_with_every_kind_of_write_passes() {
    assert_eq!(describe(&violations(&Run::sample()), 3), "");
}

#[test]
fn every_mutation_is_found_by_the_rule_that_it_breaks() {
    for (name, rules, mutate) in mutations() {
        let mut run = Run::sample();
        assert!(mutate(&mut run), "{name}: nothing to mutate");
        let found = violations(&run);
        let broken: BTreeSet<Rule> = found.iter().map(|violation| violation.rule).collect();
        assert_eq!(broken, rules.iter().copied().collect(), "{name}:\n{}", describe(&found, 3));
    }
}

#[test]
fn what_may_happen_passes() {
    for (name, change) in ALLOWED {
        let mut run = Run::sample();
        assert!(change(&mut run), "{name}: nothing to change");
        assert_eq!(describe(&violations(&run), 3), "", "{name}");
    }
}

#[test]
fn every_rule_is_broken_by_a_mutation() {
    let broken: BTreeSet<Rule> = mutations().flat_map(|(_, rules, _)| rules.iter().copied()).collect();
    assert_eq!(broken.len(), 27, "{broken:?}");
}

#[test]
fn a_violation_prints_the_operations_that_show_it() {
    let mut run = Run::sample();
    run.stored_messages()[0].body = "something else".into();
    run.api_messages()[0].body = "something else".into();
    run.state.index[0].body = "something else".into();
    let expected =
        "WrongContent: message 1 in chat 1 of application 1: nobody wrote this to it: it is \"something else\"
    0.020 s to 0.028 s, client 1: create message \"m2\" in chat 1 of application 1: accepted as message 1\n";
    assert_eq!(describe(&violations(&run), 1), expected);
}

proptest! {
    #[test]
    fn a_correct_run_passes(plan: Plan) {
        let found = violations(&Run::of(&plan));
        prop_assert!(found.is_empty(), "{}", describe(&found, 3));
    }

    #[test]
    fn every_mutation_of_a_correct_run_is_found(plan: Plan) {
        for (name, _, mutate) in mutations() {
            let mut run = Run::of(&plan);
            let is_mutated = mutate(&mut run);
            prop_assert!(!is_mutated || !violations(&run).is_empty(), "{name}");
        }
    }

    /// An attempt whose outcome the client does not know may have taken effect or not.
    #[test]
    fn an_unknown_outcome_explains_both(plan: Plan, position: prop::sample::Index) {
        let mut run = Run::of(&plan);
        run.make_unknown(position);
        let found = violations(&run);
        prop_assert!(found.is_empty(), "{}", describe(&found, 3));
    }
}
