use dynamodb_tables::{IdempotencyKeys, NewApplications};
use function_environment::{Environment, TimeoutProfile};
use functions::create_application::Handler;
use http_api::{AdminKey, Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process(TimeoutProfile::Request)?;
    let handler = Handler {
        admin: AdminKey::from_variables(&environment.variables)?,
        keys: IdempotencyKeys::from_environment(&environment)?,
        applications: NewApplications::from_environment(&environment)?,
    };
    serve(handler, &environment.variables).await
}
