//! The log of a function: one JSON object a line on standard output, where Lambda collects it.
//!
//! Every line of an invocation carries the fields of its [`invocation_span`], so a warning can be joined to the request
//! that caused it.

use tracing::field::Empty;
use tracing::{Level, Span, error_span};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Starts the log. `level` is the value of `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging
/// configuration; `INFO` if it is missing or unknown. The programs that ship contain no lower levels. Calling it again has no
/// effect.
pub fn start_log(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    // Libraries log at WARN and above; their lower levels are internals.
    let filter = Targets::new().with_default(LevelFilter::WARN).with_target("chatlog", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    // It fails only if the log was started before.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

/// The span of one invocation.
///
/// `request_id` is API Gateway's, which clients see in every problem; `None` for an invocation by a queue.
/// `aws_request_id` is Lambda's own id of the invocation, `trace_id` the one of X-Ray. `application` stays empty until
/// the caller of a request is known.
#[must_use]
pub fn invocation_span(
    function: &'static str,
    request_id: Option<&str>,
    aws_request_id: &str,
    trace_id: Option<&str>,
) -> Span {
    // At the highest level, so that every line has the fields whatever the log level.
    error_span!(
        target: "chatlog",
        "invocation",
        function,
        request_id,
        aws_request_id,
        trace_id,
        application = Empty
    )
}
