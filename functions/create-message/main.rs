use function_environment::Environment;
use functions::create_message::Handler;
use http_api::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::from_process()?;
    let handler = Handler::from_environment(&environment)?;
    serve(handler, &environment.variables).await
}
