use function_environment::Environment;
use functions::sweep::Handler;
use sqs_queues::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::from_process()?;
    let handler = Handler::from_environment(&environment)?;
    serve(handler, &environment).await
}
