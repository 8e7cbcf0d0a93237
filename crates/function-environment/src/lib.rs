//! What a function finds around it when it starts: configuration, credentials, the AWS endpoint, the log.
//!
//! Everything is read once, at cold start. What is missing or malformed stops the function with a
//! sentence that names it.

mod aws;
mod log;
mod outcome;
mod variables;

pub use aws::{Patience, sdk_config};
pub use log::{chain, start_log};
pub use outcome::{Outcome, outcome};
pub use variables::{ConfigError, Variables};
