//! `PUT` and `PATCH` `/applications/{token}/chats/{chat}/messages/{message}`: another body for a message.

mod handler;

use conversation::Timestamp;
use dynamodb_tables::{Counters, Messages};
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{ApiRequest, Fields, Reply, message, message_id, serve};
use sqs_queues::WriteQueue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let config = sdk_config(&variables, Patience::Request)?;
    let messages =
        Messages::new(&config, variables.required("MESSAGES_TABLE", "the name of the table of messages")?);
    let counters =
        Counters::new(&config, variables.required("COUNTERS_TABLE", "the name of the table of counters")?);
    let queue =
        WriteQueue::new(&config, &variables.url("WRITES_QUEUE_URL", "the URL of the queue of writes")?);
    let (messages, counters, queue) = (&messages, &counters, &queue);

    serve("update-message", move |request: ApiRequest| async move {
        let id = message_id(&request)?;
        let body = Fields::of(&request)?.body()?;
        let updated = handler::update_message(id, body, Timestamp::now(), messages, counters, queue).await?;
        Ok(Reply::ok(&message(&updated)))
    })
    .await
}
