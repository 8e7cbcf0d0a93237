//! In-memory implementations of every port.
//!
//! They keep the same promises as the adapters (one contract suite checks both) and can be told to
//! fail, before or after the effect, to show what callers do then.

mod faults;
mod index;
mod keys;
mod queue;
mod tables;

pub use faults::{Fault, Faults};
pub use index::FakeIndex;
pub use keys::FakeKeys;
pub use queue::{FakeDeadLetters, FakeIndexQueue, FakeQueue};
pub use tables::FakeTables;
