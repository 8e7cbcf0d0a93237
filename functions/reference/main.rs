use function_environment::Variables;
use functions::reference::Handler;
use http_api::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(Handler, &Variables::from_process()).await
}
