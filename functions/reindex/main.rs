use dynamodb_tables::Messages;
use function_environment::{Environment, TimeoutProfile};
use functions::batches::serve;
use functions::reindex::Handler;
use lambda_runtime::Error;
use opensearch_index::MessageIndex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process(TimeoutProfile::Batch)?;
    let handler = Handler {
        messages: Messages::from_environment(&environment)?,
        index: MessageIndex::from_environment(&environment)?,
    };
    serve(handler, &environment.variables).await
}
