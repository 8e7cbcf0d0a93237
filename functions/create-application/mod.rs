//! `POST /applications`

use conversation::acceptance::{Creation, ReservedToken, create};
use conversation::ports::{CreateApplications, KeepIdempotencyKeys, KeyedRequest, StoreError, WriteError};
use conversation::{Application, Failure, Name, Timestamp, Token};
use dynamodb_tables::{IdempotencyKeys, NewApplications};
use function_environment::{ConfigError, Environment};
use http_api::{AdminKeys, ApiError, ApiRequest, Endpoint, Fields, Reply, application, keyed_request};

#[derive(Debug, Clone)]
pub struct Handler<Keys, Applications> {
    pub admin_keys: AdminKeys,
    pub keys: Keys,
    pub applications: Applications,
}

impl Handler<IdempotencyKeys, NewApplications> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            admin_keys: AdminKeys::from_variables(&environment.variables)?,
            keys: IdempotencyKeys::from_environment(environment)?,
            applications: NewApplications::from_environment(environment)?,
        })
    }
}

impl<Keys: KeepIdempotencyKeys, Applications: CreateApplications> Endpoint for Handler<Keys, Applications> {
    const NAME: &'static str = "create-application";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        self.admin_keys.check(&request)?;
        let mut fields = Fields::from_request(&request)?;
        let key = keyed_request(&request, &fields)?;
        let name = fields.name()?;
        let created = create_application(name, key, Timestamp::now(), self).await?;
        Ok(Reply::created(&request, "applications", created.token.as_str(), &application(&created)))
    }
}

/// Creates an application with a new random token. It is stored before the reply.
async fn create_application(
    name: Name,
    key: Option<KeyedRequest>,
    now: Timestamp,
    ports: &Handler<impl KeepIdempotencyKeys, impl CreateApplications>,
) -> Result<Application, Failure> {
    let creation = NewApplication { name, applications: &ports.applications };
    let reserved = create(&creation, key, now, &ports.keys).await?;
    Ok(creation.application(&reserved))
}

struct NewApplication<'a, Applications> {
    name: Name,
    applications: &'a Applications,
}

impl<Applications> NewApplication<'_, Applications> {
    fn application(&self, ReservedToken { token, at }: &ReservedToken) -> Application {
        Application {
            token: token.clone(),
            name: self.name.clone(),
            chats_count: 0,
            created_at: *at,
            updated_at: *at,
        }
    }
}

impl<Applications: CreateApplications> Creation for NewApplication<'_, Applications> {
    type Decision = ReservedToken;
    /// A random token needs no reservation.
    type Reservation = ();

    async fn reserve(&self, now: Timestamp) -> Result<(ReservedToken, ()), Failure> {
        Ok((ReservedToken { token: Token::random().map_err(StoreError::new)?, at: now }, ()))
    }

    async fn perform(&self, decision: &ReservedToken, _: Option<&()>) -> Result<(), WriteError> {
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

    use super::*;

    type FakeHandler = Handler<FakeIdempotencyKeys, FakeTables>;

    fn setup(admin_keys: AdminKeys) -> (FakeHandler, FakeTables) {
        let tables = FakeTables::default();
        (Handler { admin_keys, keys: FakeIdempotencyKeys::default(), applications: tables.clone() }, tables)
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
        let (handler, tables) = setup(AdminKeys::Open);
        let created = create_named("Tea", None, 7, &handler).await.unwrap();
        assert_eq!(tables.application(&created.token).await.unwrap(), Some(created.clone()));
        assert_eq!(tables.last_chat(&created.token).await.unwrap(), Some(0));
        assert_eq!((created.chats_count, created.created_at), (0, Timestamp::from_millis(7)));
    }

    #[tokio::test]
    async fn a_refused_creation_stores_nothing() {
        let (handler, tables) = setup(AdminKeys::Open);
        tables.faults.plan([Fault::Before]);
        let refused = create_named("Tea", None, 7, &handler).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        assert_eq!(all(&tables).await, []);
    }

    #[tokio::test]
    async fn a_lost_reply_leaves_the_outcome_unknown() {
        let (handler, tables) = setup(AdminKeys::Open);
        tables.faults.plan([Fault::After]);
        assert_eq!(create_named("Tea", None, 7, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(all(&tables).await.len(), 1);
    }

    #[tokio::test]
    async fn a_key_creates_one_application() {
        let (handler, tables) = setup(AdminKeys::Open);
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
        let (handler, tables) = setup(AdminKeys::Sha256(vec![[7; 32]]));
        let refused = handler.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let (open, _) = setup(AdminKeys::Open);
        let without_a_name = open.respond(ApiRequest::default()).await.unwrap_err();
        assert_eq!(without_a_name.problem.code, Code::InvalidFields);
        assert_eq!(all(&tables).await, []);
    }
}
