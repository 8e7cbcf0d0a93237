//! The tier `simulation`: the tests of the simulation, then every scenario small, and many seeds of the random one.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::machine::command;
use crate::simulate;
use crate::tools::cargo::cargo;

/// Sized for three minutes on two cores, after the build.
const EVERY_SCENARIO: &str = "--scenario all --writes 500";
const MANY_SEEDS: &str = "--scenario random --seeds 60 --writes 500";

/// All parts are built with the same features, so that they share one build. No bug is planted outside the tests.
const FEATURES: &str = "planted-bugs";

pub(crate) fn run(checkout: &Checkout) -> Result<bool> {
    let mut tests = cargo(checkout, "test --profile simulation --package simulation --features");
    let mut passed = command::run_visible(tests.arg(FEATURES))?;
    for arguments in [EVERY_SCENARIO, MANY_SEEDS] {
        let mut program = simulate::program(checkout);
        program.args(["--quiet", "--features", FEATURES, "--"]).args(arguments.split(' '));
        println!("\nsimulate {arguments}");
        passed &= command::run_visible(&mut program)?;
    }
    Ok(passed)
}
