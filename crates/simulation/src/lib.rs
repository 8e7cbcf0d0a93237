//! A region in virtual time: the functions' code runs against simulated services, and a checker judges what happened.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

pub mod checker;
pub mod clock;
pub mod faults;
pub mod gateway;
pub mod history;
pub mod http;
pub mod lambda;
pub mod observer;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod plot;
pub mod random;
pub mod region;
pub mod remains;
pub mod report;
pub mod run;
pub mod scenario;
pub mod services;
pub mod trace;
pub mod workload;
