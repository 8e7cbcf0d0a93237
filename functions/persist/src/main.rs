//! From the queue of writes to the tables, the counts and the index.

mod batch;
mod group;
mod indexing;
mod message_write;
mod sweep;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use dynamodb_tables::{Applications, Chats, Counters, Messages};
use function_environment::{Patience, Variables, sdk_config, start_log};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use opensearch_index::MessageIndex;
use sqs_queues::{DeadLetterQueue, IndexQueue, WriteQueue, deliveries, response};

use crate::batch::Persist;
use crate::indexing::Indexing;

type DeployedPersist =
    Persist<Applications, Chats, Messages, Counters, WriteQueue, MessageIndex, IndexQueue, DeadLetterQueue>;

fn persist(variables: &Variables) -> Result<DeployedPersist, Error> {
    let config = sdk_config(variables, Patience::Batch)?;
    let table = |name, wanted| variables.required(name, wanted);
    let url = |name, wanted| variables.url(name, wanted);
    Ok(Persist {
        applications: Applications::new(
            &config,
            table("APPLICATIONS_TABLE", "the name of the table of applications")?,
        ),
        chats: Chats::new(&config, table("CHATS_TABLE", "the name of the table of chats")?),
        messages: Messages::new(&config, table("MESSAGES_TABLE", "the name of the table of messages")?),
        counters: Counters::new(&config, table("COUNTERS_TABLE", "the name of the table of counters")?),
        writes: WriteQueue::new(&config, &url("WRITES_QUEUE_URL", "the URL of the queue of writes")?),
        indexing: Indexing {
            index: MessageIndex::new(
                &config,
                &url("OPENSEARCH_ENDPOINT", "the URL of the OpenSearch domain")?,
            )?,
            queue: IndexQueue::new(
                &config,
                &url("INDEX_QUEUE_URL", "the URL of the queue of messages to index")?,
            ),
        },
        dead_letters: DeadLetterQueue::new(
            &config,
            &url("WRITES_DLQ_URL", "the URL of the dead-letter queue")?,
        ),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let persist = persist(&variables)?;
    let persist = &persist;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let failed = persist.apply(deliveries(event.payload)).await;
        Ok::<SqsBatchResponse, Error>(response(failed))
    }))
    .await
}
