//! The checker finds each planted bug in the random scenario.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use simulation::checker::{Rule, Violation, check, describe};
use simulation::planted::{Bug, plant};
use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

const WRITES: u32 = 400;
/// A bug that needs a rare fault may not strike in each of them.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=24;

fn violations(seed: u64) -> Result<Vec<Violation>> {
    let scenario = Scenario::named("random", seed, Some(WRITES)).context("no such scenario")?;
    let run = run(&scenario, seed, Trace::default(), &mut |_| {})?;
    Ok(check(&run.history, &run.metrics, &run.state, &scenario.limits))
}

/// Stops at the first seed that shows the bug.
fn find(bug: Bug) -> Result<()> {
    plant(Some(bug));
    let mut broken: BTreeSet<Rule> = BTreeSet::new();
    for seed in SEEDS {
        broken.extend(violations(seed)?.iter().map(|violation| violation.rule));
        if bug.rules().iter().any(|rule| broken.contains(rule)) {
            return Ok(());
        }
    }
    bail!("{bug:?} breaks {broken:?} only")
}

#[test]
fn without_a_bug_nothing_about_safety_is_found() {
    plant(None);
    for seed in 1..=4 {
        let mut found = violations(seed).unwrap();
        found.retain(|violation| violation.rule.is_safety());
        assert!(found.is_empty(), "seed {seed}:\n{}", describe(&found, 3));
    }
}

#[test]
fn an_unsent_write_is_found() {
    find(Bug::AcknowledgesUnsent).unwrap();
}

#[test]
fn an_unknown_outcome_that_is_reported_as_a_refusal_is_found() {
    find(Bug::TakesUnknownAsRefused).unwrap();
}

#[test]
fn a_number_that_is_read_before_it_is_allocated_is_found() {
    find(Bug::ReadsBeforeAllocating).unwrap();
}

#[test]
fn a_write_that_is_sent_before_its_number_is_allocated_is_found() {
    find(Bug::SendsBeforeAllocating).unwrap();
}

#[test]
fn a_number_that_is_allocated_for_nothing_is_found() {
    find(Bug::WastesNumbers).unwrap();
}

#[test]
fn a_number_that_is_released_and_used_is_found() {
    find(Bug::ReleasesUsedNumbers).unwrap();
}

#[test]
fn a_forgotten_idempotency_key_is_found() {
    find(Bug::ForgetsKeys).unwrap();
}

#[test]
fn a_dropped_list_of_failures_is_found() {
    find(Bug::DropsFailures).unwrap();
}

#[test]
fn a_record_that_counts_at_each_delivery_is_found() {
    find(Bug::CountsTwice).unwrap();
}

#[test]
fn updates_that_are_applied_out_of_order_are_found() {
    find(Bug::AppliesUpdatesOutOfOrder).unwrap();
}

#[test]
fn messages_left_in_a_deleted_chat_are_found() {
    find(Bug::KeepsMessagesOfDeletedChats).unwrap();
}

#[test]
fn a_removal_that_the_index_lost_is_found() {
    find(Bug::LosesRemovals).unwrap();
}
