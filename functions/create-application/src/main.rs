//! `POST /applications`: a new tenant.

mod handler;

use conversation::ports::CreateApplications;
use conversation::{Failure, KeepKeys, Timestamp};
use dynamodb_tables::{Keys, NewApplications};
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{AdminKey, ApiRequest, Fields, Reply, application, keyed_request, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let admin = AdminKey::from_variables(&variables)?;
    let config = sdk_config(&variables, Patience::Request)?;
    let applications = NewApplications::new(
        &config,
        variables.required("APPLICATIONS_TABLE", "the name of the table of applications")?,
        variables.required("COUNTERS_TABLE", "the name of the table of counters")?,
    );
    let keys = Keys::new(
        &config,
        variables.required("IDEMPOTENCY_KEYS_TABLE", "the name of the table of idempotency keys")?,
    );
    let (admin, keys, applications) = (&admin, &keys, &applications);

    serve("create-application", move |request| answer(request, admin, keys, applications)).await
}

async fn answer(
    request: ApiRequest,
    admin: &AdminKey,
    keys: &impl KeepKeys,
    applications: &impl CreateApplications,
) -> Result<Reply, Failure> {
    admin.check(&request)?;
    let mut fields = Fields::of(&request)?;
    let keyed = keyed_request(&request, &fields)?;
    let name = fields.name()?;
    let created = handler::create_application(name, keyed, Timestamp::now(), keys, applications).await?;
    Ok(Reply::created(&request, "applications", created.token.as_str(), &application(&created)))
}

#[cfg(test)]
mod tests {
    use conversation::Problem;
    use conversation::fake::{FakeKeys, FakeTables};

    use super::*;

    #[tokio::test]
    async fn it_is_the_operator_s() {
        let (keys, tables) = (FakeKeys::default(), FakeTables::default());
        let refused = answer(ApiRequest::default(), &AdminKey::Sha256([7; 32]), &keys, &tables).await;
        assert_eq!(refused.unwrap_err().problem, Problem::AdminKeyRequired);
        let without_a_name = answer(ApiRequest::default(), &AdminKey::Open, &keys, &tables).await;
        assert!(matches!(without_a_name.unwrap_err().problem, Problem::InvalidFields { .. }));
    }
}
