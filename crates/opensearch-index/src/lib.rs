//! The index of messages in OpenSearch, behind the ports of [`conversation`].
//!
//! The index is behind an alias that has the name of the stack, with one document per message, routed by chat: a search asks one
//! shard. A document has the revision of its row as external version, so an older state never replaces a newer one. A rebuild fills
//! another index, which then takes over the alias.

mod bulk;
mod client;
mod creation;
mod document;
mod errors;
mod indexes;
mod letters;
mod message_index;
mod query;
mod search;
mod typo;

pub use client::ClientError;
pub use indexes::{CHANGES_REACH_NEXT_INDEX, DomainHealth, IndexSummary, Indexes, MAPPING_VERSION};
pub use message_index::MessageIndex;
