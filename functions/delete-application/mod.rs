//! `DELETE /applications/{token}`

use conversation::delete_application;
use conversation::ports::{DeleteApplications, ReadTokenVersions, SendWrites};
use dynamodb_tables::{DeletedApplications, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Reply};
use sqs_queues::WriteQueue;

#[derive(Debug)]
pub struct Handler<Versions, Applications, Queue> {
    pub authenticator: Authenticator,
    pub versions: Versions,
    pub applications: Applications,
    pub queue: Queue,
}

impl Handler<TokenVersions, DeletedApplications, WriteQueue> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: Authenticator::from_variables(&environment.variables)?,
            versions: TokenVersions::from_environment(environment)?,
            applications: DeletedApplications::from_environment(environment)?,
            queue: WriteQueue::from_environment(environment)?,
        })
    }
}

impl<Versions, Applications, Queue> Endpoint for Handler<Versions, Applications, Queue>
where
    Versions: ReadTokenVersions,
    Applications: DeleteApplications,
    Queue: SendWrites,
{
    const NAME: &'static str = "delete-application";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let operator = self.authenticator.operator(&request)?;
        delete_application(&operator, &self.versions, &self.applications, &self.queue).await?;
        Ok(Reply::no_content())
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::{AllocateNumbers, ReadApplications};
    use conversation::{ApplicationId, Sweep, SweepApplication, TokenVersion, Write};
    use http_api::fixture::{CLOSED, Event, authenticator, send, token};
    use serde_json::Value;

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeTables, FakeQueue>;

    fn setup_with(admin_keys: &str) -> (FakeHandler, FakeTables, ApplicationId) {
        let (tables, id) = FakeTables::with_application();
        let handler = Handler {
            authenticator: authenticator(admin_keys),
            versions: tables.clone(),
            applications: tables.clone(),
            queue: FakeQueue::default(),
        };
        (handler, tables, id)
    }

    fn setup() -> (FakeHandler, FakeTables, ApplicationId) {
        setup_with("open")
    }

    /// The status, and the code of the problem if there is one.
    async fn delete(path: &str, handler: &FakeHandler) -> (u16, String) {
        let event = Event::new("DELETE /applications/{token}", &[("token", path)]);
        let (status, body) = send(handler, event).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    fn deletion(id: &ApplicationId) -> Write {
        Write::Sweep(Sweep::Application(SweepApplication { id: id.clone(), after: None }))
    }

    #[tokio::test]
    async fn the_deletion_is_queued_and_the_application_is_gone() {
        for by_token in [true, false] {
            let (handler, tables, id) = setup();
            let path = if by_token { token(&id, 1) } else { id.to_string() };
            let event = Event::new("DELETE /applications/{token}", &[("token", &path)]);
            assert_eq!(send(&handler, event).await, (204, Value::Null));
            assert_eq!(handler.queue.sent(), [deletion(&id)]);
            assert_eq!(tables.application(&id).await.unwrap(), None);
            assert_eq!(tables.allocate_number(&id).await.unwrap(), None);
            assert_eq!(delete(&path, &handler).await, (404, "application_not_found".to_owned()));
        }
    }

    #[tokio::test]
    async fn nothing_is_deleted_without_the_right_to_it() {
        let (handler, tables, id) = setup_with(CLOSED);
        let refused = (401, "admin_key_required".to_owned());
        for path in [token(&id, 1), id.to_string(), "self".to_owned(), "short".to_owned()] {
            assert_eq!(delete(&path, &handler).await, refused, "{path}");
        }
        assert!(tables.application(&id).await.unwrap().is_some());
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_found_and_a_revoked_token_is_refused() {
        let (handler, ..) = setup();
        let unknown = ApplicationId::random().unwrap();
        for path in [unknown.to_string(), token(&unknown, 1), "short".to_owned()] {
            assert_eq!(delete(&path, &handler).await, (404, "application_not_found".to_owned()));
        }
        let (handler, tables, id) = setup();
        tables.set_token_version(&id, TokenVersion::new(2));
        assert_eq!(delete(&token(&id, 1), &handler).await, (401, "token_revoked".to_owned()));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn an_unsent_deletion_leaves_the_application_as_it_is() {
        let (handler, tables, id) = setup();
        handler.queue.faults.plan([Fault::Before]);
        assert_eq!(delete(id.as_str(), &handler).await.1, "temporarily_unavailable");
        assert!(tables.application(&id).await.unwrap().is_some());
        assert_eq!(delete(id.as_str(), &handler).await.0, 204);
    }

    #[tokio::test]
    async fn a_deletion_that_may_have_been_queued_can_be_repeated() {
        let (handler, tables, id) = setup();
        handler.queue.faults.plan([Fault::After]);
        assert_eq!(delete(id.as_str(), &handler).await.1, "outcome_unknown");
        tables.faults.plan([Fault::None, Fault::Before]);
        assert_eq!(delete(id.as_str(), &handler).await.1, "outcome_unknown", "the table failed");
        assert_eq!(delete(id.as_str(), &handler).await.0, 204);
    }
}
