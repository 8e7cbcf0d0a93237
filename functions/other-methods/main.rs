use function_environment::Variables;
use functions::other_methods::Handler;
use http_api::{Cors, Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variables = Variables::from_process();
    let handler = Handler { cors: Cors::from_variables(&variables)? };
    serve(handler, &variables).await
}
