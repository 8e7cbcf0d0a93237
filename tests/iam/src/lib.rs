//! The deployed roles of the functions, and what makes a function use each right of its role.

mod provocation;
mod role;

pub use provocation::{Provocation, failure_needed};
pub use role::{Right, Role};
