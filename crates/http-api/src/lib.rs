//! The HTTP side of the functions, behind API Gateway.
//!
//! A request is parsed once, into values of the domain that the functions trust. What they return is turned into HTTP here
//! and nowhere else: a [`Reply`], or an [`ApiError`] whose [`Code`] decides the status.

mod access;
mod admin_keys;
mod authenticator;
mod code;
mod cors;
mod cursor;
mod error;
mod fields;
mod file;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixture;
mod idempotency;
mod media_type;
mod multipart;
mod page;
mod paging;
mod path;
mod problem;
mod reply;
mod representation;
mod request;
mod serve;

pub use access::Access;
pub use admin_keys::AdminKeys;
pub use authenticator::Authenticator;
pub use code::Code;
pub use cors::Cors;
pub use cursor::{Cursor, Paged};
pub use error::ApiError;
pub use fields::Fields;
pub use file::File;
pub use idempotency::keyed_request;
pub use lambda_http::Error;
pub use paging::{page_request, search_page_request};
pub use path::{chat_id, message_id};
pub use problem::{ApiProblem, FieldError};
pub use reply::Reply;
pub use representation::{application, chat, hit, message};
pub use request::ApiRequest;
pub use serve::{Endpoint, respond, serve};
