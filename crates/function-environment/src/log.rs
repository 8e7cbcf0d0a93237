use std::error::Error;
use std::fmt::Write as _;

use tracing_subscriber::EnvFilter;

use crate::Variables;

/// Starts the log: one JSON object a line on standard output, where Lambda collects it.
///
/// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration, chooses the
/// level; `INFO` where it is not set. Calling it again changes nothing.
pub fn start_log(variables: &Variables) {
    let level = variables.get("AWS_LAMBDA_LOG_LEVEL").unwrap_or("INFO");
    // What the libraries say below a warning is about their own inside.
    let filter =
        EnvFilter::try_new(format!("warn,chatlog={level}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .try_init();
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
