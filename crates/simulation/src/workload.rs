//! The clients of the API: what they send, when, and what they make of the replies.

mod client;
mod directory;
mod follower;
mod load;
mod pool;
mod preload;
mod reader;
mod searcher;
mod setup;
mod work;

pub use client::{Client, Clients};
pub use follower::follow;
pub use load::{Arrivals, Stream, send_writes};
pub use reader::read;
pub use searcher::search;
pub use setup::{Setup, prepare};
pub use work::Work;
