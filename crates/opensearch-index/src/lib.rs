//! The index of messages in OpenSearch, behind the ports of [`conversation`].
//!
//! All messages live in one index behind the alias `messages`, one document each, routed by chat so
//! that a search asks one shard. Documents carry the revision of their row as external version: an
//! older state never replaces a newer one.

mod bulk;
mod client;
mod creation;
mod document;
mod letters;
mod query;
mod search;
mod typo;

pub use client::{IndexError, MessageIndex};
