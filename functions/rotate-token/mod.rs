//! `POST /applications/{token}/token`

use std::time::Duration;

use conversation::ports::{KEY_RETENTION, LastRotation, RotateTokens, RotationOutcome, StoreError};
use conversation::{Application, Caller, Failure, Problem, RequestId, Timestamp};
use dynamodb_tables::TokenRotations;
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Fields, Reply, application, keyed_request};

/// How long a revoked token can repeat the rotation that revoked it. Without this, a lost reply would lock the owner out. It
/// is the time that the API promises for the end of old tokens; other functions refuse them within 30 seconds.
const REPEATABLE_FOR: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub struct Handler<Tokens> {
    pub authenticator: Authenticator,
    pub tokens: Tokens,
}

impl Handler<TokenRotations> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: Authenticator::from_variables(&environment.variables)?,
            tokens: TokenRotations::from_environment(environment)?,
        })
    }
}

impl<Tokens: RotateTokens> Endpoint for Handler<Tokens> {
    const NAME: &'static str = "rotate-token";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.authenticator.tenant(&request)?;
        let fields = Fields::from_request(&request)?;
        // Without the fingerprint: a rotation has no fields. The body is parsed only to refuse an invalid one.
        let request_id = match keyed_request(&request, &key_scope(&caller), &fields)? {
            Some(key) => key.id,
            None => RequestId::random().map_err(StoreError::new).map_err(Failure::from)?.as_str().to_owned(),
        };
        let rotation = LastRotation { request_id, at: Timestamp::now() };
        let rotated = rotate_token(&caller, &rotation, &self.tokens).await?;
        Ok(Reply::created_here(&application(&rotated, &self.authenticator.signing_keys)))
    }
}

/// The scope of the caller's idempotency keys: one per credential, so a key repeats only rotations made with the same
/// credential.
fn key_scope(caller: &Caller) -> String {
    let version = caller.token_version.map_or_else(|| "operator".to_owned(), |version| version.to_string());
    format!("{} {version}", caller.application)
}

/// Issues the application's next token, which revokes the one before. Returns the application with the new token's
/// version.
///
/// The row itself remembers which request issued the valid token. So a repeated request gets the same token, and the
/// table of idempotency keys is not needed.
///
/// # Errors
/// - [`Problem::ApplicationNotFound`], [`Problem::ApplicationDisabled`], [`Problem::TokenRevoked`].
/// - [`Problem::TemporarilyUnavailable`]: nothing was changed, or another request was faster.
/// - [`Problem::OutcomeUnknown`].
async fn rotate_token(
    caller: &Caller,
    rotation: &LastRotation,
    tokens: &impl RotateTokens,
) -> Result<Application, Failure> {
    let found = tokens.last_rotation(&caller.application).await?;
    let (current, last) = found.ok_or(Problem::ApplicationNotFound)?;
    let valid = caller.require_access(current.access());
    if valid == Err(Problem::ApplicationDisabled) {
        return Err(Problem::ApplicationDisabled.into());
    }
    let repeatable_for = if valid.is_ok() { KEY_RETENTION } else { REPEATABLE_FOR };
    if last.is_some_and(|last| is_repeated(&last, rotation, repeatable_for)) {
        return Ok(current);
    }
    valid?;
    let next = current.token_version.next();
    match tokens.rotate(&caller.application, next, rotation).await? {
        RotationOutcome::Rotated => Ok(Application { token_version: next, ..current }),
        RotationOutcome::Superseded if caller.token_version.is_some() => Err(Problem::TokenRevoked.into()),
        RotationOutcome::Superseded => Err(Problem::TemporarilyUnavailable.into()),
        RotationOutcome::NotFound => Err(Problem::ApplicationNotFound.into()),
    }
}

/// Whether `rotation` is another attempt of the last one, made less than `repeatable_for` ago.
fn is_repeated(last: &LastRotation, rotation: &LastRotation, repeatable_for: Duration) -> bool {
    // The clock of another machine may be ahead of this one.
    let age = rotation.at.since(last.at).unwrap_or_default();
    last.request_id == rotation.request_id && age < repeatable_for
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeTables, Fault};
    use conversation::ports::{DeleteApplications, DisableApplications, ReadTokenVersions};
    use conversation::{ApplicationId, TokenVersion};
    use http_api::fixture::{Event, authenticator, send, token};
    use serde_json::json;

    use super::*;

    fn holder(application: &ApplicationId, version: u32) -> Caller {
        Caller { application: application.clone(), token_version: Some(TokenVersion::new(version)) }
    }

    fn operator(application: &ApplicationId) -> Caller {
        Caller { application: application.clone(), token_version: None }
    }

    fn rotation(request_id: &str, seconds: i64) -> LastRotation {
        LastRotation { request_id: request_id.to_owned(), at: Timestamp::from_millis(1_000 * seconds) }
    }

    async fn rotate(
        caller: &Caller,
        request_id: &str,
        seconds: i64,
        tables: &FakeTables,
    ) -> Result<u32, Problem> {
        let rotated = rotate_token(caller, &rotation(request_id, seconds), tables).await;
        rotated.map(|application| application.token_version.get()).map_err(|failure| failure.problem)
    }

    async fn version(tables: &FakeTables, id: &ApplicationId) -> Option<TokenVersion> {
        tables.tenant_access(id).await.unwrap().map(|access| access.token_version)
    }

    #[tokio::test]
    async fn each_rotation_issues_the_next_version() {
        let (tables, id) = FakeTables::with_application();
        assert_eq!(rotate(&holder(&id, 1), "a", 0, &tables).await, Ok(2));
        assert_eq!(rotate(&holder(&id, 2), "b", 0, &tables).await, Ok(3));
        assert_eq!(rotate(&operator(&id), "c", 0, &tables).await, Ok(4));
        assert_eq!(version(&tables, &id).await, Some(TokenVersion::new(4)));
    }

    #[tokio::test]
    async fn a_revoked_token_issues_none() {
        let (tables, id) = FakeTables::with_application();
        rotate(&operator(&id), "a", 0, &tables).await.unwrap();
        assert_eq!(rotate(&holder(&id, 1), "b", 0, &tables).await, Err(Problem::TokenRevoked));
        assert_eq!(version(&tables, &id).await, Some(TokenVersion::new(2)));
    }

    #[tokio::test]
    async fn only_the_operator_rotates_the_token_of_a_disabled_application() {
        let (tables, id) = FakeTables::with_application();
        assert_eq!(rotate(&holder(&id, 1), "a", 0, &tables).await, Ok(2));
        assert!(tables.set_disabled(&id, true).await.unwrap());
        for version in [1, 2] {
            let refused = rotate(&holder(&id, version), "a", 1, &tables).await;
            assert_eq!(refused, Err(Problem::ApplicationDisabled));
        }
        assert_eq!(rotate(&operator(&id), "b", 1, &tables).await, Ok(3));
    }

    #[tokio::test]
    async fn a_lost_reply_can_be_repeated_with_the_old_token_for_a_minute() {
        let (tables, id) = FakeTables::with_application();
        tables.faults.plan([Fault::None, Fault::After]);
        assert_eq!(rotate(&holder(&id, 1), "a", 0, &tables).await, Err(Problem::OutcomeUnknown));
        for seconds in [1, 59] {
            assert_eq!(rotate(&holder(&id, 1), "a", seconds, &tables).await, Ok(2));
        }
        assert_eq!(rotate(&holder(&id, 1), "a", 60, &tables).await, Err(Problem::TokenRevoked));
        assert_eq!(version(&tables, &id).await, Some(TokenVersion::new(2)));
    }

    #[tokio::test]
    async fn the_operator_repeats_a_rotation_for_a_day_unless_another_one_followed() {
        let (tables, id) = FakeTables::with_application();
        let day = 24 * 60 * 60;
        assert_eq!(rotate(&operator(&id), "a", 0, &tables).await, Ok(2));
        assert_eq!(rotate(&operator(&id), "a", day - 1, &tables).await, Ok(2));
        assert_eq!(rotate(&operator(&id), "a", day, &tables).await, Ok(3));
        assert_eq!(rotate(&holder(&id, 3), "b", day, &tables).await, Ok(4));
        assert_eq!(rotate(&operator(&id), "a", day, &tables).await, Ok(5), "version 4 is not its own");
    }

    #[tokio::test]
    async fn two_rotations_at_once_do_not_issue_the_same_token() {
        let (tables, id) = FakeTables::with_application();
        let second = TokenVersion::new(2);
        // Both have read version 1.
        assert_eq!(tables.rotate(&id, second, &rotation("a", 0)).await.unwrap(), RotationOutcome::Rotated);
        assert_eq!(tables.rotate(&id, second, &rotation("b", 0)).await.unwrap(), RotationOutcome::Superseded);
        assert_eq!(rotate(&holder(&id, 1), "b", 0, &tables).await, Err(Problem::TokenRevoked));
        assert_eq!(rotate(&operator(&id), "b", 0, &tables).await, Ok(3));
    }

    #[tokio::test]
    async fn a_failed_rotation_revokes_nothing() {
        let (tables, id) = FakeTables::with_application();
        tables.faults.plan([Fault::None, Fault::Before]);
        assert_eq!(rotate(&holder(&id, 1), "a", 0, &tables).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(rotate(&holder(&id, 1), "b", 0, &tables).await, Ok(2));
    }

    #[tokio::test]
    async fn an_application_that_does_not_exist_has_no_token() {
        let (tables, id) = FakeTables::with_application();
        tables.delete(&id).await.unwrap();
        assert_eq!(rotate(&holder(&id, 1), "a", 0, &tables).await, Err(Problem::ApplicationNotFound));
        let unknown = ApplicationId::random().unwrap();
        assert_eq!(rotate(&operator(&unknown), "a", 0, &tables).await, Err(Problem::ApplicationNotFound));
    }

    fn handler(tables: &FakeTables) -> Handler<FakeTables> {
        Handler { authenticator: authenticator("open"), tokens: tables.clone() }
    }

    fn event(path: &str) -> Event {
        Event::new("POST /applications/{token}/token", &[("token", path)])
    }

    #[tokio::test]
    async fn the_response_is_the_application_with_its_new_token() {
        let (tables, id) = FakeTables::with_application();
        let handler = handler(&tables);
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

    #[tokio::test]
    async fn a_key_repeats_only_the_rotation_of_the_same_token() {
        let (tables, id) = FakeTables::with_application();
        let handler = handler(&tables);
        let rotate = async |version| {
            let event = event(&token(&id, version)).header("Idempotency-Key", "k");
            let (status, body) = send(&handler, event).await;
            (status, body["token"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(rotate(1).await, (201, token(&id, 2)));
        assert_eq!(rotate(1).await, (201, token(&id, 2)), "a retry");
        assert_eq!(rotate(2).await, (201, token(&id, 3)), "a rotation of its own");
        assert_eq!(rotate(1).await.0, 401, "the rotation of another token");
        assert_eq!(rotate(2).await, (201, token(&id, 3)));
    }
}
