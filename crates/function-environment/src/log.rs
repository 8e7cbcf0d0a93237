use std::error::Error;
use std::fmt::Write as _;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::Variables;

/// Starts the log: one JSON object a line on standard output, where Lambda collects it.
///
/// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration, chooses the
/// level; `INFO` where it is not set. Calling it again changes nothing.
pub fn start_log(variables: &Variables) {
    let level =
        variables.get("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    // What the libraries say below a warning is about their own inside.
    let filter = Targets::new().with_default(LevelFilter::WARN).with_target("chatlog", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    let started = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
    if let Err(error) = started {
        tracing::debug!(target: "chatlog", %error, "the log had been started before");
    }
}

/// An error and all that caused it, in one line for the log.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
