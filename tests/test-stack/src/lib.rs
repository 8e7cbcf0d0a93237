//! The local stack that tests run against, and how they wait for it.

mod engines;
mod eventually;
mod stack;

pub use eventually::{eventually, within};
pub use stack::{Stack, sdk_config};
