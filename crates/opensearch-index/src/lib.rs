//! The index of messages in OpenSearch, behind the ports of [`conversation`].
//!
//! There is one index behind an alias that has the name of the stack, with one document per message, routed by chat: a search asks one
//! shard. A document has the revision of its row as external version, so an older state never replaces a newer one.

mod bulk;
mod client;
mod creation;
mod document;
mod errors;
mod letters;
mod query;
mod search;
mod typo;

pub use client::{ClientError, MessageIndex};
