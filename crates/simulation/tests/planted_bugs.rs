//! The checker finds each planted bug in the random scenario.

use std::collections::BTreeSet;

use simulation::checker::{Rule, Violation, check, describe};
use simulation::planted::{Bug, plant};
use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

const WRITES: u32 = 400;
/// A bug that needs a rare fault may not strike in each of them.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=8;

fn violations(seed: u64) -> Vec<Violation> {
    let scenario = Scenario::named("random", seed, Some(WRITES)).unwrap();
    let run = run(&scenario, seed, Trace::default(), &mut |_| {}).unwrap();
    check(&run.history, &run.metrics, &run.state, &scenario.limits)
}

/// Stops at the first seed that shows the bug.
fn assert_found(bug: Bug) {
    plant(Some(bug));
    let mut broken: BTreeSet<Rule> = BTreeSet::new();
    for seed in SEEDS {
        let found = violations(seed);
        broken.extend(found.iter().map(|violation| violation.rule));
        let shows = |violation: &&Violation| bug.rules().contains(&violation.rule);
        if found.iter().any(|violation| shows(&violation)) {
            return;
        }
    }
    panic!("{bug:?} breaks {broken:?} only");
}

/// What a bug breaks holds without it.
#[test]
fn without_a_bug_these_rules_hold() {
    plant(None);
    for seed in 1..=2 {
        let mut found = violations(seed);
        found.retain(|violation| Bug::ALL.iter().any(|bug| bug.rules().contains(&violation.rule)));
        assert!(found.is_empty(), "seed {seed}:\n{}", describe(&found, 3));
    }
}

#[test]
fn an_unsent_write_is_found() {
    assert_found(Bug::AcknowledgesUnsent);
}

#[test]
fn an_unknown_outcome_that_is_reported_as_a_refusal_is_found() {
    assert_found(Bug::TakesUnknownAsRefused);
}

#[test]
fn a_number_that_is_read_before_it_is_allocated_is_found() {
    assert_found(Bug::ReadsBeforeAllocating);
}

#[test]
fn a_write_that_is_sent_before_its_number_is_allocated_is_found() {
    assert_found(Bug::SendsBeforeAllocating);
}

#[test]
fn a_number_that_is_allocated_for_nothing_is_found() {
    assert_found(Bug::WastesNumbers);
}

#[test]
fn a_number_that_is_released_and_used_is_found() {
    assert_found(Bug::ReleasesUsedNumbers);
}

#[test]
fn a_forgotten_idempotency_key_is_found() {
    assert_found(Bug::ForgetsKeys);
}

#[test]
fn a_dropped_list_of_failures_is_found() {
    assert_found(Bug::DropsFailures);
}

#[test]
fn a_record_that_counts_at_each_delivery_is_found() {
    assert_found(Bug::CountsTwice);
}

#[test]
fn updates_that_are_applied_out_of_order_are_found() {
    assert_found(Bug::AppliesUpdatesOutOfOrder);
}

#[test]
fn messages_left_in_a_deleted_chat_are_found() {
    assert_found(Bug::KeepsMessagesOfDeletedChats);
}

#[test]
fn a_removal_that_the_index_lost_is_found() {
    assert_found(Bug::LosesRemovals);
}
