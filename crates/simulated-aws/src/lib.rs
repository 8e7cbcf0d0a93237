//! DynamoDB, SQS and OpenSearch in memory, as Chatlog's functions call them, and the Runtime API that their processes ask
//! for events.
//!
//! [`Aws`] and [`OpenSearch`] take a call and return its reply, without sockets. [`Stubs`] serves both on
//! loopback for functions in other processes and for AWS's SDK, and records who called what. DynamoDB is the
//! embedded engine dynoxide (ADR 12).

mod aws;
mod dynamodb;
mod environment;
mod faults;
pub mod loopback;
mod opensearch;
mod recording;
mod reply;
mod runtime_api;
mod sqs;
mod stubs;
mod table;
#[cfg(test)]
mod tests;

pub use aws::Aws;
pub use environment::{ADMIN_KEY, Addresses};
pub use faults::Fault;
pub use opensearch::OpenSearch;
pub use recording::{Call, Permission, RecordedCall, Recording, Service, Units};
pub use reply::{Exchange, Reply};
pub use runtime_api::RuntimeApi;
pub use sqs::SentMessage;
pub use stubs::{Latency, Stubs};
