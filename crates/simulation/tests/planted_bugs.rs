//! The checker finds each planted bug in the random scenario. `simulate.rs` shows that it finds nothing without one.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use simulation::checker::{Rule, Violation, check};
use simulation::planted::{Bug, plant};
use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

/// Writes of a run, enough for most bugs to show.
const WRITES: u32 = 200;
/// A bug that needs a rare fault may not strike in each of them.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=24;

fn violations(seed: u64, writes: u32) -> Result<Vec<Violation>> {
    let scenario = Scenario::named("random", seed, Some(writes)).context("no such scenario")?;
    let run = run(&scenario, seed, Trace::default(), &mut |_| {})?;
    Ok(check(&run.history, &run.metrics, &run.state, &scenario.limits))
}

/// Stops at the first seed that shows the bug.
fn find(bug: Bug, writes: u32) -> Result<()> {
    plant(Some(bug));
    let mut broken: BTreeSet<Rule> = BTreeSet::new();
    for seed in SEEDS {
        let found = violations(seed, writes)?;
        broken.extend(found.iter().map(|violation| violation.rule));
        if bug.rules().iter().any(|rule| broken.contains(rule)) {
            return Ok(());
        }
    }
    bail!("{bug:?} breaks {broken:?} only")
}

#[test]
fn an_unsent_write_is_found() {
    find(Bug::AcknowledgesUnsent, WRITES).unwrap();
}

#[test]
fn an_unknown_outcome_that_is_reported_as_a_refusal_is_found() {
    find(Bug::TakesUnknownAsRefused, WRITES).unwrap();
}

#[test]
fn a_number_that_is_read_before_it_is_allocated_is_found() {
    find(Bug::ReadsBeforeAllocating, WRITES).unwrap();
}

#[test]
fn a_write_that_is_sent_before_its_number_is_allocated_is_found() {
    find(Bug::SendsBeforeAllocating, WRITES).unwrap();
}

#[test]
fn a_number_that_is_allocated_for_nothing_is_found() {
    find(Bug::WastesNumbers, WRITES).unwrap();
}

#[test]
fn a_number_that_is_released_and_used_is_found() {
    find(Bug::ReleasesUsedNumbers, WRITES).unwrap();
}

#[test]
fn a_forgotten_idempotency_key_is_found() {
    find(Bug::ForgetsKeys, WRITES).unwrap();
}

#[test]
fn a_dropped_list_of_failures_is_found() {
    // Shorter runs lose no accepted write for good.
    find(Bug::DropsFailures, 400).unwrap();
}

#[test]
fn a_record_that_counts_at_each_delivery_is_found() {
    find(Bug::CountsTwice, WRITES).unwrap();
}

#[test]
fn updates_that_are_applied_out_of_order_are_found() {
    find(Bug::AppliesUpdatesOutOfOrder, WRITES).unwrap();
}

#[test]
fn messages_left_in_a_deleted_chat_are_found() {
    find(Bug::KeepsMessagesOfDeletedChats, WRITES).unwrap();
}

#[test]
fn a_removal_that_the_index_lost_is_found() {
    find(Bug::LosesRemovals, WRITES).unwrap();
}
