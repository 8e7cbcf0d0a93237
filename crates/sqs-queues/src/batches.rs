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
use crate::batch_log::{RecordLog, RecordOutcome, log_batch};
use crate::delivery::{Delivery, deliveries, response};
use crate::subject::Subject;

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
/// The environment lacks the source queue or the stack's name, or the Lambda runtime cannot be reached.
pub async fn serve<Handler: HandleBatch>(handler: Handler, environment: &Environment) -> Result<(), Error> {
    start_log(&environment.variables)?;
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
                let failed = |delivery| RecordLog {
                    delivery,
                    subject: Subject::of_group(&delivery.group),
                    outcome: RecordOutcome::Failed,
                    is_index_deferred: false,
                };
                log_batch("gave up a batch", None, &deliveries.iter().map(failed).collect::<Vec<_>>());
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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use function_environment::Variables;
    use function_log::CapturedLog;
    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;

    struct NeverEnds;

    impl HandleBatch for NeverEnds {
        const NAME: &'static str = "never-ends";

        async fn handle(&self, _deliveries: &[Delivery]) -> Vec<String> {
            pending().await
        }
    }

    /// A queue that cannot be reached.
    fn source() -> SourceQueue {
        let variables = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("SOURCE_QUEUE_URL", "http://127.0.0.1:1/writes.fifo"),
        ];
        SourceQueue::from_environment(&Environment::new(Variables::from_iter(variables)).unwrap()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_takes_too_long_comes_again_and_has_a_line_too() {
        let consumer = Consumer { handler: NeverEnds, source: source() };
        let event: SqsEvent = serde_json::from_str(include_str!("../fixtures/fifo-event.json")).unwrap();
        let mut context = Context::default();
        context.request_id = "aws-1".to_owned();
        let log = CapturedLog::start(Level::WARN);
        let response = consumer.handle_event(event, &context).await;
        assert_eq!(response.batch_item_failures.len(), 2);
        let lines = log.lines();
        let line = lines.iter().find(|line| line["message"] == "gave up a batch").unwrap();
        let of = |chat: u64, id: &str| json!({ "application": "tttt", "chat": chat, "message_id": [id] });
        let failed =
            [of(1, "059f36b4-87a3-44ab-83d2-661975830a7d"), of(2, "2e1424d4-f796-459a-8184-9c92662be6da")];
        assert_eq!((&line["failed"], &line["Failed"]), (&Value::from(failed.to_vec()), &json!(2)));
        let ids = ["function", "aws_request_id"].map(|name| line[name].as_str());
        assert_eq!(ids, [Some("never-ends"), Some("aws-1")]);
    }
}
