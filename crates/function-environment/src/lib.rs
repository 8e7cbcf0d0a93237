//! What a function finds around it when it starts: configuration, credentials, the AWS endpoint, the log.
//!
//! Everything is read once, at cold start. What is missing or malformed stops the function with a
//! sentence that names it.

mod aws;
mod log;
mod variables;

pub use aws::sdk_config;
pub use log::{chain, start_log};
pub use variables::{ConfigError, Variables};
