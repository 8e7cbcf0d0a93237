//! `PUT` and `PATCH /applications/{token}`

use conversation::ports::RenameApplications;
use conversation::{Application, Failure, Name, Problem, Timestamp, Token};
use dynamodb_tables::ApplicationNames;
use function_environment::{ConfigError, Environment};
use http_api::{AdminKeys, ApiError, ApiRequest, Endpoint, Fields, Reply, application, application_token};

#[derive(Debug, Clone)]
pub struct Handler<Applications> {
    pub admin_keys: AdminKeys,
    pub applications: Applications,
}

impl Handler<ApplicationNames> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            admin_keys: AdminKeys::from_variables(&environment.variables)?,
            applications: ApplicationNames::from_environment(environment)?,
        })
    }
}

impl<Applications: RenameApplications> Endpoint for Handler<Applications> {
    const NAME: &'static str = "update-application";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        self.admin_keys.check(&request)?;
        let token = application_token(&request)?;
        let name = Fields::from_request(&request)?.name()?;
        let renamed = update_application(&token, &name, Timestamp::now(), &self.applications).await?;
        Ok(Reply::ok(&application(&renamed)))
    }
}

/// Renames an application. The name is stored before the reply.
async fn update_application(
    token: &Token,
    name: &Name,
    now: Timestamp,
    applications: &impl RenameApplications,
) -> Result<Application, Failure> {
    applications.rename(token, name, now).await?.ok_or_else(|| Problem::ApplicationNotFound.into())
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{self, name};
    use conversation::fake::{FakeTables, Fault};
    use conversation::ports::ReadApplications;
    use http_api::Code;
    use http_api::fixture::{Event, send};
    use serde_json::{Value, json};

    use super::*;

    async fn rename(token: &Token, tables: &FakeTables) -> Result<Application, Problem> {
        let now = Timestamp::from_millis(70);
        update_application(token, &name("Coffee house"), now, tables).await.map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn the_new_name_can_be_read() {
        let (tables, token) = FakeTables::with_application();
        let renamed = rename(&token, &tables).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.created_at.millis()), ("Coffee house", 1));
        assert_eq!(renamed.updated_at.millis(), 70);
        assert_eq!(tables.application(&token).await.unwrap(), Some(renamed));
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_found() {
        let (tables, token) = (FakeTables::default(), samples::token());
        assert_eq!(rename(&token, &tables).await, Err(Problem::ApplicationNotFound));
        assert_eq!(tables.application(&token).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_lost_reply_differs_from_a_rename_that_did_not_happen() {
        let (tables, token) = FakeTables::with_application();
        tables.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(rename(&token, &tables).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(rename(&token, &tables).await, Err(Problem::OutcomeUnknown));
    }

    #[tokio::test]
    async fn only_the_operator_renames_applications() {
        let applications = FakeTables::default();
        let closed =
            Handler { admin_keys: AdminKeys::Sha256(vec![[7; 32]]), applications: applications.clone() };
        let refused = closed.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let open = Handler { admin_keys: AdminKeys::Open, applications };
        let without_a_token = open.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(without_a_token.problem.code, Code::ApplicationNotFound);
    }

    fn event(token: &str, fields: &Value) -> Event {
        Event::new("PUT /applications/{token}", &[("token", token)]).json(fields)
    }

    #[tokio::test]
    async fn the_response_is_the_renamed_application() {
        let (tables, token) = FakeTables::with_application();
        let handler = Handler { admin_keys: AdminKeys::Open, applications: tables };
        let (status, body) = send(&handler, event(token.as_str(), &json!({ "name": "Coffee house" }))).await;
        assert_eq!((status, &body["name"]), (200, &json!("Coffee house")));
        assert_eq!((&body["token"], &body["chats_count"]), (&json!(token.as_str()), &json!(0)));
        assert_eq!(body["created_at"], "1970-01-01T00:00:00.001Z");
        assert!(body["updated_at"].is_string(), "{body}");
    }

    #[tokio::test]
    async fn the_path_is_checked_before_the_fields_and_both_before_the_table() {
        let applications = FakeTables::default();
        let handler = Handler { admin_keys: AdminKeys::Open, applications };
        let unknown = samples::token();
        for (token, fields, expected) in [
            ("short", json!({}), (404, "application_not_found")),
            (unknown.as_str(), json!({ "name": " " }), (422, "invalid_fields")),
            (unknown.as_str(), json!({ "name": "Coffee house" }), (404, "application_not_found")),
        ] {
            let (status, body) = send(&handler, event(token, &fields)).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
    }
}
