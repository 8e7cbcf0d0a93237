//! Batches of queue records, as Lambda's event sources deliver them.

use std::convert::Infallible;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use function_environment::Variables;
use function_log::{invocation_span, start_log};
pub use lambda_runtime::Error;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use tracing::Instrument as _;

use crate::delivery::{Delivery, deliveries, response};

/// What a function does with a batch of records.
#[trait_variant::make(Send)]
pub trait HandleBatch: Send + Sync {
    /// The function's name in the log.
    const NAME: &'static str;

    /// Handles the records. Returns the message ids of those that must be delivered again: each record that failed, and
    /// all behind it in its group.
    async fn handle(&self, deliveries: Vec<Delivery>) -> Vec<String>;
}

/// Handles batches until the sandbox ends.
///
/// # Errors
/// The Lambda runtime cannot be reached.
pub async fn serve<Handler: HandleBatch>(handler: Handler, variables: &Variables) -> Result<(), Error> {
    start_log(variables.get("AWS_LAMBDA_LOG_LEVEL"));
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Infallible>(handle_event(handler, event.payload, &event.context).await)
    }))
    .await
}

/// Handles one event and reports which of its records must be delivered again.
pub async fn handle_event<Handler: HandleBatch>(
    handler: &Handler,
    event: SqsEvent,
    context: &Context,
) -> SqsBatchResponse {
    let span = invocation_span(Handler::NAME, None, &context.request_id, context.xray_trace_id.as_deref());
    response(handler.handle(deliveries(event)).instrument(span).await)
}
