//! The domain of Chatlog: tenants' applications, numbered chats, numbered messages.
//!
//! Nothing here knows AWS, HTTP or OpenSearch. Values are parsed once ([`Token`], [`ChatNumber`],
//! [`Body`], …) and trusted from then on; what the functions need from the outside is written down
//! as small traits in [`ports`], and the order and exactness of writes rests on two ideas,
//! [`Revision`] and [`Ledger`].

mod entity;
mod idempotency;
mod index_request;
mod ledger;
mod number;
mod page;
mod parents;
pub mod ports;
mod problem;
mod record;
mod row;
mod text;
mod ticket;
mod timestamp;
mod token;
mod write;

#[cfg(feature = "fakes")]
pub mod fake;

pub use entity::{Application, Chat, ChatId, Hit, Message, MessageId};
pub use idempotency::{Attempt, Claim, Decision, KeepKeys, KeyedRequest, Named, Numbered, Undecided};
pub use index_request::IndexRequest;
pub use ledger::{Effects, Ledger, Tally};
pub use number::{ChatNumber, MessageNumber, NotANumber, Revision};
pub use page::{DEFAULT_LIMIT, Limit, MAX_LIMIT, Order, Page, PageRequest};
pub use parents::last_message;
pub use problem::{Failure, FieldError, Problem};
pub use record::UnreadableRecord;
pub use row::{IndexChange, IndexedMessage, Row};
pub use text::{Body, MAX_BODY_BYTES, MAX_NAME_CHARS, MAX_QUERY_CHARS, Name, SearchText, TextError};
pub use ticket::Ticket;
pub use timestamp::Timestamp;
pub use token::{NotAToken, Token};
pub use write::{CreateChat, CreateMessage, DeleteChat, DeleteMessage, UpdateMessage, Write};
