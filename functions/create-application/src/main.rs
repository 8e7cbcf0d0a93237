//! `POST /applications`: a new tenant.

mod handler;

use conversation::Timestamp;
use dynamodb_tables::NewApplications;
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{AdminKey, ApiRequest, Fields, Reply, application, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let admin = AdminKey::from_variables(&variables)?;
    let applications = NewApplications::new(
        &sdk_config(&variables, Patience::Request)?,
        variables.required("APPLICATIONS_TABLE", "the name of the table of applications")?,
        variables.required("COUNTERS_TABLE", "the name of the table of counters")?,
    );
    let (admin, applications) = (&admin, &applications);

    serve("create-application", move |request: ApiRequest| async move {
        admin.check(&request)?;
        let name = Fields::of(&request)?.name()?;
        let created = handler::create_application(name, Timestamp::now(), applications).await?;
        Ok(Reply::created(&request, "applications", created.token.as_str(), &application(&created)))
    })
    .await
}
