use function_environment::{Environment, TimeoutProfile};
use functions::persist::Handler;
use sqs_queues::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::from_process(TimeoutProfile::Batch)?;
    let handler = Handler::from_environment(&environment)?;
    serve(handler, &environment.variables).await
}
