//! The clients of the API: what they send, when, and what they make of the replies.

mod client;
mod directory;
mod follower;
mod load;

pub use client::{Client, Clients};
pub use follower::follow;
pub use load::{Load, send_random_writes};
