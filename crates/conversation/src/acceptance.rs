//! Acceptance: how a request becomes a write on the queue, or leaves no trace.
//!
//! A write first reserves what it needs (a number, a revision or an id), then takes effect. A reservation is undone only
//! if the write was certainly not accepted; if that is not known, the client is told so. With an `Idempotency-Key`, the
//! decision is recorded before the effect, so that every attempt under the key has the same effect.

mod attempt;
mod change;
mod creation;
mod decision;

pub use change::change;
pub use creation::{Creation, create};
pub use decision::{ReservedId, ReservedNumber};

#[cfg(test)]
mod tests;
