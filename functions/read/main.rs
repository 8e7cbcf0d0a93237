use dynamodb_tables::{Applications, Chats, Counters, Messages};
use function_environment::{Environment, TimeoutProfile};
use functions::read::Handler;
use http_api::{AdminKey, Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process(TimeoutProfile::Request)?;
    let handler = Handler {
        admin: AdminKey::from_variables(&environment.variables)?,
        applications: Applications::from_environment(&environment)?,
        chats: Chats::from_environment(&environment)?,
        messages: Messages::from_environment(&environment)?,
        counters: Counters::from_environment(&environment)?,
    };
    serve(handler, &environment.variables).await
}
