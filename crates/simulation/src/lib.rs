//! A region in virtual time: the functions' code runs against simulated services, and a checker judges what happened.
//!
//! [`run::run`] runs a [`scenario::Scenario`] with a seed. `docs/scale.md` says what is simulated and why, ADR 14 how.
//!
//! # The way of a request
//!
//! 1. A client of the `workload` sends it to the `gateway`, which throttles it and finds the function of its route.
//! 2. `lambda` takes an idle sandbox, or starts one. A sandbox has a program: the handler that the function's `main.rs`
//!    builds, with the real adapters and the real AWS SDK.
//! 3. The SDK's HTTP client is the `network`. It adds latency and faults, and hands the call to a service.
//! 4. `services` are DynamoDB, SQS and OpenSearch. The functions reach the last one through their ports, not through HTTP.
//! 5. A message on a queue is a record for Lambda: a poller (`lambda::EventSource`) receives a batch of them, and invokes
//!    `persist`, `reindex` or `sweep`, which make calls in the same way.
//!
//! `region` puts these parts together. `context` has what all of them share.
//!
//! # What decides, what records, what judges
//!
//! - **Time** is `clock`: it jumps to the next moment at which a task has something to do.
//! - **Randomness** is `random`. A seed decides it all: each part draws from a fork, so that its draws do not shift those of
//!   others. Whoever changes the order of forks or draws changes the trace of every seed.
//! - **Faults** happen in episodes, which the scenario plans, or the seed. Each part asks `faults` what happens to it now.
//! - **Records**: clients write the [`history`], the `observer` sees the calls to services, and [`trace`] has a line for each
//!   call and response. [`run`] samples the region meanwhile, and reads in the end what is left in tables, index and queues.
//! - **Judgement**: [`checker`] compares the history with what is left. [`report`] and [`plot`] show the numbers.
//! - `planted` (feature `planted-bugs`) breaks functions on purpose, to test the checker.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

// From a scenario to a report.
pub mod checker;
pub mod history;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod plot;
pub mod report;
pub mod run;
pub mod scenario;
pub mod trace;

// The region and its clients.
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
