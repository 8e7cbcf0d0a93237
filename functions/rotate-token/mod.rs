//! `POST /applications/{token}/token`

use std::future::ready;
use std::time::Duration;

use conversation::acceptance::{Creation, ReservedVersion, create};
use conversation::ports::{
    KeepIdempotencyKeys, KeyedRequest, ReadApplications, RotateTokens, Rotation, StoreError, WriteError,
};
use conversation::{Application, Caller, Failure, Problem, RequestId, Timestamp, TokenVersion};
use dynamodb_tables::{Applications, IdempotencyKeys, TokenRotations};
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Fields, Reply, application, keyed_request};

/// How long the token that made a rotation can repeat it, with the same `Idempotency-Key`: else a lost reply would lock its
/// owner out. Elsewhere the old token may be accepted for as long as this, too.
const REPEATABLE_FOR: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub struct Handler<Keys, Applications, Tokens> {
    pub authenticator: Authenticator,
    pub keys: Keys,
    pub applications: Applications,
    pub tokens: Tokens,
}

impl Handler<IdempotencyKeys, Applications, TokenRotations> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: Authenticator::from_variables(&environment.variables)?,
            keys: IdempotencyKeys::from_environment(environment)?,
            applications: Applications::from_environment(environment)?,
            tokens: TokenRotations::from_environment(environment)?,
        })
    }
}

impl<Keys, Applications, Tokens> Endpoint for Handler<Keys, Applications, Tokens>
where
    Keys: KeepIdempotencyKeys,
    Applications: ReadApplications,
    Tokens: RotateTokens,
{
    const NAME: &'static str = "rotate-token";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.authenticator.tenant(&request)?;
        let fields = Fields::from_request(&request)?;
        let key = keyed_request(&request, Some(&caller.application), &fields)?;
        let rotated = rotate_token(&caller, key, Timestamp::now(), self).await?;
        Ok(Reply::created_here(&application(&rotated, &self.authenticator.signing_keys)))
    }
}

/// Issues the application's next token, which revokes the one before. Returns the application with the new token's version.
/// The application is read without the memory of [`conversation::AccessCheck`], because its version decides the next one.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::TokenRevoked`], and as [`create`].
async fn rotate_token(
    caller: &Caller,
    key: Option<KeyedRequest>,
    now: Timestamp,
    ports: &Handler<impl KeepIdempotencyKeys, impl ReadApplications, impl RotateTokens>,
) -> Result<Application, Failure> {
    let application = ports.applications.application(&caller.application).await?;
    let application = application.ok_or(Problem::ApplicationNotFound)?;
    let creation = NewToken { caller, present: application.token_version, tokens: &ports.tokens };
    let ReservedVersion { version, at, .. } = create(&creation, key, now, &ports.keys, ready(Ok(()))).await?;
    if !is_repeatable(at, now) {
        caller.check(application.token_version)?;
    }
    Ok(Application { token_version: version, ..application })
}

fn is_repeatable(rotated_at: Timestamp, now: Timestamp) -> bool {
    let age = now.millis().saturating_sub(rotated_at.millis());
    u64::try_from(age).is_ok_and(|age| Duration::from_millis(age) < REPEATABLE_FOR)
}

struct NewToken<'a, Tokens> {
    caller: &'a Caller,
    present: TokenVersion,
    tokens: &'a Tokens,
}

impl<Tokens: RotateTokens> Creation for NewToken<'_, Tokens> {
    type Decision = ReservedVersion;
    /// Of two rotations at once that reserve the same version, only one performs.
    type Reservation = ();

    async fn reserve(&self, now: Timestamp) -> Result<(ReservedVersion, ()), Failure> {
        self.caller.check(self.present)?;
        let request_id = RequestId::random().map_err(StoreError::new)?;
        Ok((ReservedVersion { version: self.present.next(), at: now, request_id }, ()))
    }

    async fn perform(&self, decision: &ReservedVersion, _: Option<&()>) -> Result<(), WriteError> {
        let ReservedVersion { version, request_id, .. } = decision;
        match self.tokens.rotate(&self.caller.application, *version, request_id).await? {
            // If it is outdated, its token is revoked already, by a rotation after it.
            Rotation::Rotated | Rotation::Outdated => Ok(()),
            Rotation::Taken => Err(WriteError::not_written("another rotation was faster")),
            Rotation::NotFound => Err(WriteError::not_written("the application was deleted meanwhile")),
        }
    }

    async fn undo(&self, (): ()) {}
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::keyed_request;
    use conversation::fake::{FakeIdempotencyKeys, FakeTables, Fault};
    use conversation::ports::{DeleteApplications, ReadTokenVersions};
    use conversation::{ApplicationId, TokenVersion};
    use http_api::fixture::{Event, authenticator, send, token};
    use serde_json::json;

    use super::*;

    type FakeHandler = Handler<FakeIdempotencyKeys, FakeTables, FakeTables>;

    fn setup() -> (FakeHandler, FakeTables, ApplicationId) {
        let (tables, id) = FakeTables::with_application();
        let handler = Handler {
            authenticator: authenticator("open"),
            keys: FakeIdempotencyKeys::default(),
            applications: tables.clone(),
            tokens: tables.clone(),
        };
        (handler, tables, id)
    }

    fn holder(application: &ApplicationId, version: u32) -> Caller {
        Caller { application: application.clone(), token_version: Some(TokenVersion::new(version)) }
    }

    async fn rotate(
        caller: &Caller,
        key: Option<&str>,
        seconds: i64,
        handler: &FakeHandler,
    ) -> Result<u32, Problem> {
        let key = key.map(|key| keyed_request(key, ""));
        let rotated = rotate_token(caller, key, Timestamp::from_millis(1_000 * seconds), handler).await;
        rotated.map(|application| application.token_version.get()).map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn each_rotation_issues_the_next_version() {
        let (handler, tables, id) = setup();
        assert_eq!(rotate(&holder(&id, 1), None, 0, &handler).await, Ok(2));
        assert_eq!(rotate(&holder(&id, 2), None, 0, &handler).await, Ok(3));
        let operator = Caller { application: id.clone(), token_version: None };
        assert_eq!(rotate(&operator, None, 0, &handler).await, Ok(4));
        assert_eq!(tables.token_version(&id).await.unwrap(), Some(TokenVersion::new(4)));
    }

    #[tokio::test]
    async fn a_revoked_token_issues_none() {
        let (handler, tables, id) = setup();
        rotate(&holder(&id, 1), Some("k"), 0, &handler).await.unwrap();
        for key in [None, Some("l")] {
            assert_eq!(rotate(&holder(&id, 1), key, 0, &handler).await, Err(Problem::TokenRevoked));
        }
        assert_eq!(tables.token_version(&id).await.unwrap(), Some(TokenVersion::new(2)));
    }

    #[tokio::test]
    async fn a_lost_reply_can_be_repeated_with_its_key_for_a_minute() {
        let (handler, tables, id) = setup();
        tables.faults.plan([Fault::None, Fault::After]);
        assert_eq!(rotate(&holder(&id, 1), Some("k"), 0, &handler).await, Err(Problem::OutcomeUnknown));
        for seconds in [1, 59] {
            assert_eq!(rotate(&holder(&id, 1), Some("k"), seconds, &handler).await, Ok(2));
        }
        assert_eq!(rotate(&holder(&id, 1), Some("k"), 60, &handler).await, Err(Problem::TokenRevoked));
        assert_eq!(rotate(&holder(&id, 2), Some("k"), 60, &handler).await, Ok(2), "the new token's own");
        assert_eq!(tables.token_version(&id).await.unwrap(), Some(TokenVersion::new(2)));
    }

    #[tokio::test]
    async fn a_failed_rotation_revokes_nothing() {
        let (handler, tables, id) = setup();
        tables.faults.plan([Fault::None, Fault::Before]);
        assert_eq!(rotate(&holder(&id, 1), None, 0, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(rotate(&holder(&id, 1), None, 0, &handler).await, Ok(2));
    }

    #[tokio::test]
    async fn two_rotations_at_once_do_not_issue_the_same_token() {
        let (handler, tables, id) = setup();
        let (tenant, operator) = (holder(&id, 1), Caller { application: id.clone(), token_version: None });
        let now = Timestamp::from_millis(0);
        let new_token = |caller| NewToken { caller, present: TokenVersion::FIRST, tokens: &tables };
        let (by_tenant, ()) = new_token(&tenant).reserve(now).await.unwrap();
        let (by_operator, ()) = new_token(&operator).reserve(now).await.unwrap();
        new_token(&operator).perform(&by_operator, None).await.unwrap();
        let late = new_token(&tenant).perform(&by_tenant, None).await;
        assert!(matches!(late, Err(WriteError::NotWritten(_))), "{late:?}");
        new_token(&operator).perform(&by_operator, None).await.unwrap();
        assert_eq!(rotate(&tenant, None, 0, &handler).await, Err(Problem::TokenRevoked));
    }

    #[tokio::test]
    async fn an_application_that_does_not_exist_has_no_token() {
        let (handler, tables, id) = setup();
        tables.delete(&id).await.unwrap();
        assert_eq!(rotate(&holder(&id, 1), None, 0, &handler).await, Err(Problem::ApplicationNotFound));
        let unknown = ApplicationId::random().unwrap();
        assert_eq!(rotate(&holder(&unknown, 1), None, 0, &handler).await, Err(Problem::ApplicationNotFound));
    }

    #[tokio::test]
    async fn the_response_is_the_application_with_its_new_token() {
        let (handler, _, id) = setup();
        let event = |path: &str| Event::new("POST /applications/{token}/token", &[("token", path)]);
        let (status, body) = send(&handler, event(&token(&id, 1))).await;
        assert_eq!((status, &body["id"], &body["name"]), (201, &json!(id.as_str()), &json!("Tea house")));
        assert_eq!(body["token"], token(&id, 2));
        let bearer = format!("Bearer {}", token(&id, 2));
        let (status, body) = send(&handler, event("self").header("Authorization", &bearer)).await;
        assert_eq!((status, &body["token"]), (201, &json!(token(&id, 3))));
        for (path, expected) in [
            (token(&id, 1), (401, "token_revoked")),
            (id.to_string(), (401, "admin_key_required")),
            ("self".to_owned(), (401, "token_required")),
            ("short".to_owned(), (404, "application_not_found")),
        ] {
            let (status, body) = send(&handler, event(&path)).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
    }
}
