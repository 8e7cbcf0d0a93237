//! `PUT` and `PATCH` `/applications/{token}`: another name for a tenant.

mod handler;

use conversation::Timestamp;
use dynamodb_tables::Applications;
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{AdminKey, ApiRequest, Fields, Reply, application, application_token, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let admin = AdminKey::from_variables(&variables)?;
    let applications = Applications::new(
        &sdk_config(&variables, Patience::Request)?,
        variables.required("APPLICATIONS_TABLE", "the name of the table of applications")?,
    );
    let (admin, applications) = (&admin, &applications);

    serve("update-application", move |request: ApiRequest| async move {
        admin.check(&request)?;
        let token = application_token(&request)?;
        let name = Fields::of(&request)?.name()?;
        let renamed = handler::update_application(&token, &name, Timestamp::now(), applications).await?;
        Ok(Reply::ok(&application(&renamed)))
    })
    .await
}
