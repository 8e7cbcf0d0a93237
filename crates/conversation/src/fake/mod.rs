//! In-memory implementations of every port, and test values.
//!
//! They keep the promises of the adapters (one contract suite checks both) and can be told to fail, before or after the
//! effect.

mod faults;
mod idempotency_keys;
mod index;
mod index_state;
mod queue;
pub mod samples;
mod tables;

pub use faults::{Fault, Faults};
pub use idempotency_keys::FakeIdempotencyKeys;
pub use index::FakeIndex;
pub use index_state::FakeIndexState;
pub use queue::{FakeDeadLetters, FakeIndexQueue, FakeQueue, FakeSweepQueue};
pub use tables::FakeTables;
