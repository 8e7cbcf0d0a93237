//! Tests that break or load what the others need. They run when those have ended, one after the other.

mod concurrency;
mod failed_start;
mod follow;
mod outage;
mod throttling;
