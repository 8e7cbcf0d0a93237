//! The log of a function: one JSON object a line on standard output, where Lambda collects it.
//!
//! Every line of an invocation carries the fields of its [`invocation_span`], so a warning can be joined to the request
//! that caused it. Some lines carry [`Metrics`]. docs/logging.md describes every line.

#[cfg(any(test, feature = "captured"))]
mod captured;
mod line;
mod members;
mod metrics;
#[cfg(test)]
mod tests;

use function_environment::{ConfigError, Variables};
use tracing::field::Empty;
use tracing::{Level, Span, Subscriber, error_span};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

#[cfg(any(test, feature = "captured"))]
pub use captured::CapturedLog;
use line::Lines;
pub use metrics::{Metric, Metrics};

/// The target of lines that are written at every level of the log: those with metrics, and those that tell what became of
/// a write.
///
/// In these lines, a value that is given with `%` or `?` is JSON already. [`Metrics`] are given as `metrics = %…`.
pub const ALWAYS: &str = "chatlog::always";

/// Starts the log. Calling it again has no effect.
///
/// Reads `LOG_LEVEL`: `INFO` if it is missing or unknown. The programs that ship contain no lower levels. It is not
/// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets: Lambda itself drops lines below that one, also those of [`ALWAYS`].
///
/// # Errors
/// `STACK_NAME` is missing.
pub fn start_log(variables: &Variables) -> Result<(), ConfigError> {
    let stack =
        variables.required("STACK_NAME", "the name of the stack, by which its metrics are told apart")?;
    let level = variables.get("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    // It fails only if the log was started before.
    let _ = tracing_subscriber::registry().with(lines(stack, level, std::io::stdout)).try_init();
    Ok(())
}

/// The lines of a stack's function, from this level on.
fn lines<S>(
    stack: &str,
    level: Level,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    // Libraries log at WARN and above; their lower levels are internals.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("chatlog", level)
        .with_target(ALWAYS, LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer().event_format(Lines::of(stack)).fmt_fields(Lines::of(stack));
    layer.with_writer(writer).with_filter(filter)
}

/// The span of one invocation.
///
/// `request_id` is API Gateway's, which clients see in every problem; `None` for an invocation by a queue.
/// `aws_request_id` is Lambda's own id of the invocation. `trace_header` is what Lambda tells about X-Ray's trace: the span
/// has its id, unless X-Ray does not keep it. `application` stays empty until the caller of a request is known, and the other
/// fields until the request's write is sent to its queue.
#[must_use]
pub fn invocation_span(
    function: &'static str,
    request_id: Option<&str>,
    aws_request_id: &str,
    trace_header: Option<&str>,
) -> Span {
    // At the highest level, so that every line has the fields whatever the log level.
    error_span!(
        target: "chatlog",
        "invocation",
        function,
        request_id,
        aws_request_id,
        trace_id = trace_header.and_then(kept_trace),
        application = Empty,
        chat = Empty,
        message_number = Empty,
        revision = Empty,
        message_id = Empty,
    )
}

/// The id in a header like `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. `None` if X-Ray does
/// not sample the trace: its id leads nowhere.
///
/// Source: "Tracing header" in the AWS X-Ray developer guide.
fn kept_trace(header: &str) -> Option<&str> {
    let value = |name| header.split(';').find_map(|part| part.trim().strip_prefix(name));
    value("Root=").filter(|_| value("Sampled=") != Some("0"))
}
