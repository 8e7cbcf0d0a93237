//! Brings messages into the index that it did not take at first, as they are now.

mod handler;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use dynamodb_tables::Messages;
use function_environment::{Patience, Variables, sdk_config, start_log};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use opensearch_index::MessageIndex;
use sqs_queues::{deliveries, response};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let config = sdk_config(&variables, Patience::Batch)?;
    let messages =
        Messages::new(&config, variables.required("MESSAGES_TABLE", "the name of the table of messages")?);
    let index = MessageIndex::new(
        &config,
        &variables.url("OPENSEARCH_ENDPOINT", "the URL of the OpenSearch domain")?,
    )?;
    let (messages, index) = (&messages, &index);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let failed = handler::reindex(&deliveries(event.payload), messages, index).await;
        Ok::<SqsBatchResponse, Error>(response(failed))
    }))
    .await
}
