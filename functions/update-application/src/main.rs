//! `PUT` and `PATCH` `/applications/{token}`: another name for a tenant.

mod handler;

use conversation::ports::RenameApplications;
use conversation::{Failure, Timestamp};
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

    serve("update-application", move |request| answer(request, admin, applications)).await
}

async fn answer(
    request: ApiRequest,
    admin: &AdminKey,
    applications: &impl RenameApplications,
) -> Result<Reply, Failure> {
    admin.check(&request)?;
    let token = application_token(&request)?;
    let name = Fields::of(&request)?.name()?;
    let renamed = handler::update_application(&token, &name, Timestamp::now(), applications).await?;
    Ok(Reply::ok(&application(&renamed)))
}

#[cfg(test)]
mod tests {
    use conversation::Problem;
    use conversation::fake::FakeTables;

    use super::*;

    #[tokio::test]
    async fn it_is_the_operator_s() {
        let tables = FakeTables::default();
        let refused = answer(ApiRequest::default(), &AdminKey::Sha256([7; 32]), &tables).await;
        assert_eq!(refused.unwrap_err().problem, Problem::AdminKeyRequired);
        let without_a_token = answer(ApiRequest::default(), &AdminKey::Open, &tables).await;
        assert_eq!(without_a_token.unwrap_err().problem, Problem::ApplicationNotFound);
    }
}
