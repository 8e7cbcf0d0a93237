//! `POST /applications/{token}/chats`: a new chat.

mod handler;

use conversation::Timestamp;
use dynamodb_tables::{Counters, Keys};
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{ApiRequest, Fields, Reply, application_token, chat, keyed_request, serve};
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
    let keys = Keys::new(
        &config,
        variables.required("IDEMPOTENCY_KEYS_TABLE", "the name of the table of idempotency keys")?,
    );
    let (keys, counters, queue) = (&keys, &counters, &queue);

    serve("create-chat", move |request: ApiRequest| async move {
        let application = application_token(&request)?;
        let keyed = keyed_request(&request, &Fields::of(&request)?)?;
        let now = Timestamp::now();
        let created = handler::create_chat(application, keyed, now, keys, counters, queue).await?;
        Ok(Reply::created(&request, "chats", &created.number.to_string(), &chat(&created)))
    })
    .await
}
