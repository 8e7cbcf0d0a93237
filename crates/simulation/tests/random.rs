//! The random scenario: every kind of write and every kind of fault, by seed.

use std::thread;

use anyhow::{Context as _, Result};
use simulation::run::{Run, run};
use simulation::scenario::Scenario;
use simulation::trace::Trace;

const WRITES: u32 = 200;

fn random(seed: u64) -> Result<Run> {
    let scenario = Scenario::named("random", seed, Some(WRITES)).context("no such scenario")?;
    run(&scenario, seed, Trace::with_lines(), &mut |_| {})
}

#[test]
fn two_runs_with_one_seed_have_the_same_trace_byte_by_byte() {
    let [one, same, other] = [4, 4, 5].map(|seed| random(seed).unwrap());
    assert_eq!(one.trace.lines(), same.trace.lines());
    assert_eq!(one.history, same.history);
    assert_eq!(one.metrics, same.metrics);
    assert_eq!(one.state, same.state);
    assert_ne!(one.trace.lines(), other.trace.lines());
}

#[test]
fn faults_happen_and_the_queues_drain_without_them() {
    let run = random(4).unwrap();
    assert!(run.metrics.faults.values().sum::<u64>() > 20, "{:?}", run.metrics.faults);
    assert!(run.history.operations.len() > 150, "{}", run.history.operations.len());
    assert!(run.state.queues.iter().all(|queue| queue.records == 0), "{:?}", run.state.queues);
    assert!(!run.history.followed_pages.is_empty());
    let letters = &run.state.dead_letters;
    assert!(!letters.is_empty() && letters.iter().all(|letter| letter.expected), "{letters:?}");
}

/// Seeds run on all cores: no state is shared between threads, not even by the SDK.
#[test]
fn runs_at_once_have_the_traces_of_runs_one_after_the_other() {
    let seeds = [1, 2];
    let digest = |seed| random(seed).unwrap().trace.digest();
    let at_once = thread::scope(|scope| {
        let runs = seeds.map(|seed| scope.spawn(move || digest(seed)));
        runs.map(|run| run.join().unwrap())
    });
    assert_eq!(at_once, seeds.map(digest));
}
