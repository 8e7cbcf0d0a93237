use dynamodb_tables::Counters;
use function_environment::{Environment, TimeoutProfile};
use functions::search::Handler;
use http_api::{Error, serve};
use opensearch_index::MessageIndex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process(TimeoutProfile::Request)?;
    let handler = Handler {
        index: MessageIndex::from_environment(&environment)?,
        counters: Counters::from_environment(&environment)?,
    };
    serve(handler, &environment.variables).await
}
