//! `PUT` and `PATCH /applications/{token}`

use conversation::ports::{RenameApplications, RenameOutcome};
use conversation::{Application, Caller, Failure, Name, Problem, Timestamp};
use dynamodb_tables::ApplicationNames;
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Fields, Reply, application};

#[derive(Debug, Clone)]
pub struct Handler<Applications> {
    pub authenticator: Authenticator,
    pub applications: Applications,
}

impl Handler<ApplicationNames> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: Authenticator::from_variables(&environment.variables)?,
            applications: ApplicationNames::from_environment(environment)?,
        })
    }
}

impl<Applications: RenameApplications> Endpoint for Handler<Applications> {
    const NAME: &'static str = "update-application";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.authenticator.operator(&request)?;
        let name = Fields::from_request(&request)?.name()?;
        let renamed = update_application(&caller, &name, Timestamp::now(), &self.applications).await?;
        Ok(Reply::ok(&application(&renamed, &self.authenticator.signing_keys)))
    }
}

/// Renames an application. The name is stored before the reply.
async fn update_application(
    caller: &Caller,
    name: &Name,
    now: Timestamp,
    applications: &impl RenameApplications,
) -> Result<Application, Failure> {
    match applications.rename(caller, name, now).await? {
        RenameOutcome::Renamed(application) => Ok(application),
        RenameOutcome::TokenRevoked => Err(Problem::TokenRevoked.into()),
        RenameOutcome::NotFound => Err(Problem::ApplicationNotFound.into()),
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{self, name};
    use conversation::fake::{FakeTables, Fault};
    use conversation::ports::ReadApplications;
    use conversation::{ApplicationId, TokenVersion};
    use http_api::Code;
    use http_api::fixture::{CLOSED, Event, authenticator, send, token};
    use serde_json::{Value, json};

    use super::*;

    async fn rename(application: &ApplicationId, tables: &FakeTables) -> Result<Application, Problem> {
        let now = Timestamp::from_millis(70);
        let caller = Caller { application: application.clone(), token_version: None };
        update_application(&caller, &name("Coffee house"), now, tables)
            .await
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn the_new_name_can_be_read() {
        let (tables, id) = FakeTables::with_application();
        let renamed = rename(&id, &tables).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.created_at.millis()), ("Coffee house", 1));
        assert_eq!(renamed.updated_at.millis(), 70);
        assert_eq!(tables.application(&id).await.unwrap(), Some(renamed));
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_found() {
        let (tables, id) = (FakeTables::default(), samples::application_id());
        assert_eq!(rename(&id, &tables).await, Err(Problem::ApplicationNotFound));
        assert_eq!(tables.application(&id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_lost_reply_differs_from_a_rename_that_did_not_happen() {
        let (tables, id) = FakeTables::with_application();
        tables.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(rename(&id, &tables).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(rename(&id, &tables).await, Err(Problem::OutcomeUnknown));
    }

    #[tokio::test]
    async fn only_the_operator_renames_applications() {
        let applications = FakeTables::default();
        let closed = Handler { authenticator: authenticator(CLOSED), applications: applications.clone() };
        let refused = closed.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let open = Handler { authenticator: authenticator("open"), applications };
        let without_a_token = open.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(without_a_token.problem.code, Code::ApplicationNotFound);
    }

    fn event(token: &str, fields: &Value) -> Event {
        Event::new("PUT /applications/{token}", &[("token", token)]).json(fields)
    }

    #[tokio::test]
    async fn the_response_is_the_renamed_application() {
        let (tables, id) = FakeTables::with_application();
        let handler = Handler { authenticator: authenticator("open"), applications: tables };
        let (status, body) = send(&handler, event(&token(&id, 1), &json!({ "name": "Coffee house" }))).await;
        assert_eq!((status, &body["name"]), (200, &json!("Coffee house")));
        assert_eq!((&body["id"], &body["chats_count"]), (&json!(id.as_str()), &json!(0)));
        assert_eq!(body["created_at"], "1970-01-01T00:00:00.001Z");
        assert!(body["updated_at"].is_string(), "{body}");
    }

    #[tokio::test]
    async fn the_path_is_checked_before_the_fields_and_both_before_the_table() {
        let applications = FakeTables::default();
        let handler = Handler { authenticator: authenticator("open"), applications };
        let unknown = token(&samples::application_id(), 1);
        for (token, fields, expected) in [
            ("short", json!({}), (404, "application_not_found")),
            (&unknown, json!({ "name": " " }), (422, "invalid_fields")),
            (&unknown, json!({ "name": "Coffee house" }), (404, "application_not_found")),
        ] {
            let (status, body) = send(&handler, event(token, &fields)).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
    }

    #[tokio::test]
    async fn a_revoked_token_renames_nothing() {
        let (tables, id) = FakeTables::with_application();
        tables.set_token_version(&id, TokenVersion::new(2));
        let handler = Handler { authenticator: authenticator("open"), applications: tables.clone() };
        let fields = json!({ "name": "Coffee house" });
        let (status, body) = send(&handler, event(&token(&id, 1), &fields)).await;
        assert_eq!((status, &body["code"]), (401, &json!("token_revoked")));
        assert_eq!(tables.application(&id).await.unwrap().unwrap().name.as_str(), "Tea house");
        for named in [token(&id, 2), id.to_string()] {
            assert_eq!(send(&handler, event(&named, &fields)).await.0, 200, "{named}");
        }
    }
}
