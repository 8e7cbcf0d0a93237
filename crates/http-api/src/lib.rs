//! The edge between API Gateway and the domain.
//!
//! A request is parsed here once, into values that the handlers trust; what they answer, or the one
//! [`conversation::Problem`] they fail with, is turned into HTTP here and nowhere else.

mod admin;
mod cors;
mod cursor;
mod fields;
mod file;
mod idempotency;
mod paging;
mod path;
mod problem;
mod reply;
mod representation;
mod request;
mod serve;

pub use admin::AdminKey;
pub use cors::Cors;
pub use cursor::OpaqueCursor;
pub use fields::Fields;
pub use file::File;
pub use idempotency::keyed_request;
pub use paging::{number_after, opaque_after, page_request};
pub use path::{application_token, chat_id, message_id};
pub use problem::{method_not_allowed, route_not_found};
pub use reply::Reply;
pub use representation::{application, chat, hit, message};
pub use request::ApiRequest;
pub use serve::serve;
