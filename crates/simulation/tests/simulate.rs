//! The program itself: every scenario small, then many seeds of the random one.
#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

use std::process::Command;

/// Runs the program. Its output is for the reader of a failed run: the seed, and the command that repeats it.
fn simulate(arguments: &str) {
    let program = env!("CARGO_BIN_EXE_simulate");
    println!("\nsimulate {arguments}");
    let status = Command::new(program).args(arguments.split(' ')).status().unwrap();
    assert!(status.success(), "simulate {arguments}: {status}");
}

/// One test, because each run uses all cores.
#[test]
fn no_scenario_breaks_a_rule() {
    simulate("--scenario all --writes 200");
    simulate("--scenario random --seeds 16 --writes 200");
}
