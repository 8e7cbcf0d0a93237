//! Reads `openapi.json`, and checks responses against it.

mod node;
mod operation;
mod response;
mod schema;

pub use node::{Node, all_values};
pub use operation::Operation;
pub use response::Response;
