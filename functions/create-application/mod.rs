//! `POST /applications`

use std::future::ready;

use conversation::acceptance::{Creation, ReservedId, create};
use conversation::ports::{CreateApplications, KeepIdempotencyKeys, KeyedRequest, StoreError, WriteError};
use conversation::{Application, ApplicationId, Failure, Name, Timestamp, TokenVersion};
use dynamodb_tables::{IdempotencyKeys, NewApplications};
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Fields, Reply, application, keyed_request};

#[derive(Debug, Clone)]
pub struct Handler<Keys, Applications> {
    pub authenticator: Authenticator,
    pub keys: Keys,
    pub applications: Applications,
}

impl Handler<IdempotencyKeys, NewApplications> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: Authenticator::from_variables(&environment.variables)?,
            keys: IdempotencyKeys::from_environment(environment)?,
            applications: NewApplications::from_environment(environment)?,
        })
    }
}

impl<Keys: KeepIdempotencyKeys, Applications: CreateApplications> Endpoint for Handler<Keys, Applications> {
    const NAME: &'static str = "create-application";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        self.authenticator.admin_keys.check(&request)?;
        let mut fields = Fields::from_request(&request)?;
        let key = keyed_request(&request, "", &fields)?;
        let name = fields.name()?;
        let created = create_application(name, key, Timestamp::now(), self).await?;
        let keys = &self.authenticator.signing_keys;
        // The Location contains the token. Clients that keep tokens out of URLs use /applications/self instead.
        let token = keys.issue(&created.id, created.token_version);
        Ok(Reply::created(&request, "applications", token.expose(), &application(&created, keys)))
    }
}

/// Creates an application with a new random id and its first token. It is stored before the reply.
async fn create_application(
    name: Name,
    key: Option<KeyedRequest>,
    now: Timestamp,
    ports: &Handler<impl KeepIdempotencyKeys, impl CreateApplications>,
) -> Result<Application, Failure> {
    let creation = NewApplication { name, applications: &ports.applications };
    let reserved = create(&creation, key, now, &ports.keys, ready(Ok(()))).await?;
    Ok(creation.application(&reserved))
}

struct NewApplication<'a, Applications> {
    name: Name,
    applications: &'a Applications,
}

impl<Applications> NewApplication<'_, Applications> {
    fn application(&self, ReservedId { id, at }: &ReservedId) -> Application {
        Application {
            id: id.clone(),
            token_version: TokenVersion::FIRST,
            is_disabled: false,
            name: self.name.clone(),
            chats_count: 0,
            created_at: *at,
            updated_at: *at,
        }
    }
}

impl<Applications: CreateApplications> Creation for NewApplication<'_, Applications> {
    type Decision = ReservedId;
    /// A random id needs no reservation.
    type Reservation = ();

    async fn reserve(&self, now: Timestamp) -> Result<(ReservedId, ()), Failure> {
        Ok((ReservedId { id: ApplicationId::random().map_err(StoreError::new)?, at: now }, ()))
    }

    async fn perform(&self, decision: &ReservedId, _: Option<&()>) -> Result<(), WriteError> {
        self.applications.create(&self.application(decision)).await
    }

    async fn undo(&self, (): ()) {}
}

#[cfg(test)]
mod tests {
    use conversation::Problem;
    use conversation::fake::samples::{first_page, keyed_request, name};
    use conversation::fake::{FakeIdempotencyKeys, FakeTables, Fault};
    use conversation::ports::{ReadApplications, ReadCounters};
    use http_api::Code;
    use http_api::fixture::{CLOSED, Event, authenticator, send, token};
    use serde_json::json;

    use super::*;

    type FakeHandler = Handler<FakeIdempotencyKeys, FakeTables>;

    fn setup(admin_keys: &str) -> (FakeHandler, FakeTables) {
        let tables = FakeTables::default();
        let keys = FakeIdempotencyKeys::default();
        (Handler { authenticator: authenticator(admin_keys), keys, applications: tables.clone() }, tables)
    }

    async fn create_named(
        text: &str,
        key: Option<&str>,
        at: i64,
        handler: &FakeHandler,
    ) -> Result<Application, Problem> {
        let key = key.map(|key| keyed_request(key, text));
        create_application(name(text), key, Timestamp::from_millis(at), handler)
            .await
            .map_err(|failure| failure.problem)
    }

    async fn all(tables: &FakeTables) -> Vec<Application> {
        tables.applications(&first_page()).await.unwrap().items
    }

    #[tokio::test]
    async fn the_application_is_stored_and_can_number_chats() {
        let (handler, tables) = setup("open");
        let created = create_named("Tea", None, 7, &handler).await.unwrap();
        assert_eq!(tables.application(&created.id).await.unwrap(), Some(created.clone()));
        assert_eq!(tables.last_chat(&created.id).await.unwrap(), Some(0));
        assert_eq!((created.chats_count, created.created_at), (0, Timestamp::from_millis(7)));
    }

    #[tokio::test]
    async fn a_refused_creation_stores_nothing() {
        let (handler, tables) = setup("open");
        tables.faults.plan([Fault::Before]);
        let refused = create_named("Tea", None, 7, &handler).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        assert_eq!(all(&tables).await, []);
    }

    #[tokio::test]
    async fn a_lost_reply_leaves_the_outcome_unknown() {
        let (handler, tables) = setup("open");
        tables.faults.plan([Fault::After]);
        assert_eq!(create_named("Tea", None, 7, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(all(&tables).await.len(), 1);
    }

    #[tokio::test]
    async fn a_key_creates_one_application() {
        let (handler, tables) = setup("open");
        tables.faults.plan([Fault::After]);
        assert_eq!(create_named("Tea", Some("k"), 7, &handler).await, Err(Problem::OutcomeUnknown));
        let created = create_named("Tea", Some("k"), 8, &handler).await.unwrap();
        assert_eq!(created.created_at.millis(), 7, "the first attempt decided");
        assert_eq!(create_named("Tea", Some("k"), 9, &handler).await, Ok(created.clone()));
        let other = create_named("Coffee", Some("k"), 9, &handler).await;
        assert_eq!(other, Err(Problem::IdempotencyKeyReused));
        assert_eq!(all(&tables).await, [created]);
    }

    #[tokio::test]
    async fn only_the_operator_creates_applications() {
        let (handler, tables) = setup(CLOSED);
        let refused = handler.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let (open, _) = setup("open");
        let without_a_name = open.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(without_a_name.problem.code, Code::InvalidFields);
        assert_eq!(all(&tables).await, []);
    }

    #[tokio::test]
    async fn the_response_has_the_first_token() {
        let (handler, tables) = setup("open");
        let event = Event::new("POST /applications", &[]).json(&json!({ "name": "Tea" }));
        let (status, body) = send(&handler, event).await;
        let [created] = all(&tables).await.try_into().unwrap();
        assert_eq!((status, body["id"].as_str().unwrap()), (201, created.id.as_str()));
        assert_eq!(body["token"], token(&created.id, 1));
    }
}
