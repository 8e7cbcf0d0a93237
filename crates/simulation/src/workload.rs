//! The clients of the API: what they send, when, and what they make of the replies.

mod api_request;
mod client;
mod clients;
mod directory;
mod follower;
mod load;
mod pool;
mod preload;
mod reader;
mod replies;
mod searcher;
mod setup;
mod work;

pub(crate) use clients::Clients;
pub(crate) use follower::follow;
pub(crate) use load::{Arrivals, Stream, send_writes};
pub(crate) use reader::read;
pub(crate) use searcher::search;
pub(crate) use setup::{Setup, prepare};
pub(crate) use work::Work;
