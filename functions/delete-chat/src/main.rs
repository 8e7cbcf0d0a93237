//! `DELETE /applications/{token}/chats/{chat}`: the end of a chat and of all its messages.

mod handler;

use dynamodb_tables::Counters;
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{ApiRequest, Reply, chat_id, serve};
use sqs_queues::WriteQueue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let config = sdk_config(&variables, Patience::Request)?;
    let counters =
        Counters::new(&config, variables.required("COUNTERS_TABLE", "the name of the table of counters")?);
    let queue =
        WriteQueue::new(&config, &variables.url("WRITES_QUEUE_URL", "the URL of the queue of writes")?);
    let (counters, queue) = (&counters, &queue);

    serve("delete-chat", move |request: ApiRequest| async move {
        handler::delete_chat(chat_id(&request)?, counters, queue).await?;
        Ok(Reply::no_content())
    })
    .await
}
