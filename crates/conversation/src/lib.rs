//! The domain of Chatlog: tenants' applications, numbered chats, numbered messages.
//!
//! Nothing here depends on AWS, HTTP or OpenSearch. Values are parsed once ([`ApplicationId`], [`ChatNumber`], [`Body`], …) and
//! trusted from then on. What the functions need from the outside are small traits in [`ports`]. [`acceptance`] is how
//! a request becomes a write; [`Revision`] and [`Ledger`] make the order and the counts of writes exact.

pub mod acceptance;
mod application_deletion;
mod application_id;
mod authenticated_caller;
mod authorization;
mod caller;
mod entity;
mod gap_check;
mod index_request;
mod index_state;
mod ledger;
mod lookup;
mod number;
mod page;
pub mod ports;
mod problem;
mod request_id;
mod row;
#[cfg(feature = "simulated")]
pub mod simulated;
mod sources;
mod tenant_access;
mod text;
mod timestamp;
mod token_version;
mod token_version_cache;
mod write;

#[cfg(any(test, feature = "fakes"))]
pub mod fake;

pub use application_deletion::delete_application;
pub use application_id::{ApplicationId, NotAnApplicationId};
pub use authenticated_caller::AuthenticatedCaller;
pub use authorization::while_authorizing;
pub use caller::Caller;
pub use entity::{Application, Chat, ChatId, Hit, Message, MessageId};
pub use gap_check::{GAP_WAIT, GapCheck};
pub use index_request::IndexRequest;
pub use index_state::{IndexGeneration, IndexState};
pub use ledger::{Deltas, Ledger, MAX_MISSING, SPILLED_TOGETHER, VersionedLedger};
pub use lookup::{UNUSED_AFTER, missing_message, require_chat};
pub use number::{ChatNumber, MessageNumber, NotANumber, Revision};
pub use page::{Limit, MAX_LIMIT, Order, Page, PageRequest};
pub use ports::errors::error_chain;
pub use problem::{Failure, Problem};
pub use request_id::RequestId;
pub use row::{IndexChange, IndexedMessage, Row};
pub use sources::jittered;
pub use tenant_access::TenantAccess;
pub use text::{Body, MAX_BODY_BYTES, Name, SearchText, TextError};
pub use timestamp::Timestamp;
pub use token_version::TokenVersion;
pub use token_version_cache::TokenVersionCache;
pub use write::{
    CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageWrite, Sweep, SweepApplication, SweepChat,
    UpdateMessage, Write,
};
