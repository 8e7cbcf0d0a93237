//! Batches of queue records, as Lambda's event sources deliver them.

use std::convert::Infallible;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use function_environment::Environment;
use function_log::{invocation_span, start_log};
pub use lambda_runtime::Error;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::SourceQueue;
use crate::delivery::{Delivery, deliveries, response};

/// How long a batch may take. The rest of the timeout of ten seconds, which all functions that serve queues have, is for making
/// the failed records visible soon: if Lambda ended the function, they would come after the queue's visibility timeout.
pub const BATCH_TIME: Duration = Duration::from_secs(8);

/// What a function does with a batch of records.
#[trait_variant::make(Send)]
pub trait HandleBatch: Send + Sync {
    /// The function's name in the log.
    const NAME: &'static str;

    /// Handles the records. Returns the message ids of those that must be delivered again: each record that failed, and
    /// all behind it in its group, if the queue has groups.
    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String>;
}

/// Handles batches until the sandbox ends. The function's source queue is in the environment.
///
/// # Errors
/// The environment lacks the source queue, or the Lambda runtime cannot be reached.
pub async fn serve<Handler: HandleBatch>(handler: Handler, environment: &Environment) -> Result<(), Error> {
    start_log(environment.variables.get("AWS_LAMBDA_LOG_LEVEL"));
    let consumer = &Consumer { handler, source: SourceQueue::from_environment(environment)? };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Infallible>(consumer.handle_event(event.payload, &event.context).await)
    }))
    .await
}

/// A handler with the queue whose records invoke it.
#[derive(Debug)]
pub struct Consumer<Handler> {
    pub handler: Handler,
    pub source: SourceQueue,
}

impl<Handler: HandleBatch> Consumer<Handler> {
    /// Handles one event and reports which of its records must be delivered again. They become visible soon.
    pub async fn handle_event(&self, event: SqsEvent, context: &Context) -> SqsBatchResponse {
        let span =
            invocation_span(Handler::NAME, None, &context.request_id, context.xray_trace_id.as_deref());
        async {
            let deliveries = deliveries(event);
            let handled = timeout(BATCH_TIME, self.handler.handle(&deliveries)).await;
            let failed: Vec<&Delivery> = if let Ok(failed) = handled {
                deliveries.iter().filter(|delivery| failed.contains(&delivery.message_id)).collect()
            } else {
                // Whatever was done is done again, to the same effect.
                let records = deliveries.len();
                tracing::warn!(target: "chatlog", records, "a batch took too long; all its records will be delivered again");
                deliveries.iter().collect()
            };
            if !failed.is_empty() {
                self.source.retry_soon(&failed).await;
            }
            response(&failed)
        }
        .instrument(span)
        .await
    }
}
