//! The operator's command, on a local stack. Tests run side by side, except where one breaks what another one needs.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is its report"
)]

mod applications;
mod counters;
mod dead_letters;
mod follow;
mod index;
mod operator;
mod parameters;
mod restore;
mod runbook;
mod turn;
