//! The tier `simulation`: the tests of the simulation, of which one runs every scenario small, and many seeds of the random one.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::machine::command;
use crate::tools::cargo::cargo;

pub(crate) fn run(checkout: &Checkout) -> Result<bool> {
    // No bug is planted outside the tests of it.
    command::run_visible(&mut cargo(
        checkout,
        "test --profile simulation --package simulation --features planted-bugs",
    ))
}
