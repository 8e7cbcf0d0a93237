//! The environment of a function: its variables, and the AWS configuration made from them.
//!
//! Everything is read once, at cold start. A missing or malformed variable stops the function with a sentence that names
//! it and says what it should be.

mod sdk;
mod variables;

pub use sdk::Environment;
pub use variables::{ConfigError, Variables, parse_hex_256_list};
