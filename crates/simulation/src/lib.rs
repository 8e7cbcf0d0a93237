//! A region in virtual time: the functions' code runs against simulated services, and a checker judges what happened.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

mod clock;
mod context;
mod faults;
mod gateway;
mod lambda;
mod network;
mod observer;
mod random;
mod region;
mod services;
mod workload;

pub mod checker;
pub mod history;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod plot;
pub mod report;
pub mod run;
pub mod scenario;
pub mod trace;
