//! Tests that break or load what the others need. They run before those begin, one after the other.

mod application_deletion;
mod concurrency;
mod deletion;
mod failed_start;
mod follow;
mod outage;
mod redelivery;
mod throttling;
