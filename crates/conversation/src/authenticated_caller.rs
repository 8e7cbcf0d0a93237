use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, Caller, Failure, Problem, Timestamp, TokenVersion, TokenVersionCache};

/// A caller whose token is genuine, or the operator. Nothing may take effect before [`AuthenticatedCaller::authorize`]
/// succeeds.
#[derive(Debug)]
pub struct AuthenticatedCaller<'a, Store> {
    caller: Caller,
    now: Timestamp,
    /// Where to read the current version; `None` if it was cached.
    unread: Option<&'a TokenVersionCache<Store>>,
}

impl<'a, Store> AuthenticatedCaller<'a, Store> {
    /// Refuses the caller at once if the cache shows that the token was revoked; else
    /// [`AuthenticatedCaller::authorize`] decides.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn new(caller: Caller, cache: &'a TokenVersionCache<Store>, now: Timestamp) -> Result<Self, Problem> {
        let cached = cache.get(&caller.application, now);
        if let Some(current) = cached {
            caller.require_valid(current)?;
        }
        Ok(Self { caller, now, unread: cached.is_none().then_some(cache) })
    }

    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        &self.caller.application
    }

    /// As [`Caller::require_valid`], for a function that has read the current version itself.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn require_valid(&self, current: TokenVersion) -> Result<(), Problem> {
        self.caller.require_valid(current)
    }
}

impl<Store: ReadTokenVersions> AuthenticatedCaller<'_, Store> {
    /// Checks that the application exists and the token was not revoked. Makes one call, or none if the current version was
    /// cached. Run it concurrently with the function's own first call.
    ///
    /// # Errors
    /// [`Problem::ApplicationNotFound`], [`Problem::TokenRevoked`], or the version could not be read.
    pub async fn authorize(&self) -> Result<(), Failure> {
        let Some(cache) = self.unread else { return Ok(()) };
        let current = cache.read(self.application(), self.now).await?;
        Ok(self.require_valid(current)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{FakeTables, Fault};

    fn holder(application: &ApplicationId, version: u32) -> Caller {
        Caller { application: application.clone(), token_version: Some(TokenVersion::new(version)) }
    }

    async fn authorize(
        cache: &TokenVersionCache<FakeTables>,
        caller: &Caller,
        seconds: i64,
    ) -> Result<(), Problem> {
        let now = Timestamp::from_millis(seconds * 1_000);
        let caller = AuthenticatedCaller::new(caller.clone(), cache, now)?;
        caller.authorize().await.map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn a_cached_version_saves_the_call_for_30_seconds() {
        let (tables, application) = FakeTables::with_application();
        let cache = TokenVersionCache::new(tables.clone());
        assert_eq!(authorize(&cache, &holder(&application, 1), 0).await, Ok(()));
        tables.faults.plan([Fault::Before]);
        assert_eq!(authorize(&cache, &holder(&application, 1), 29).await, Ok(()));
        let read_again = authorize(&cache, &holder(&application, 1), 30).await;
        assert_eq!(read_again, Err(Problem::TemporarilyUnavailable));
    }

    #[tokio::test]
    async fn a_revoked_token_stops_working_within_30_seconds() {
        let (tables, application) = FakeTables::with_application();
        let cache = TokenVersionCache::new(tables.clone());
        assert_eq!(authorize(&cache, &holder(&application, 1), 0).await, Ok(()));
        tables.set_token_version(&application, TokenVersion::new(2));
        assert_eq!(authorize(&cache, &holder(&application, 2), 1).await, Ok(()), "the new one works at once");
        assert_eq!(authorize(&cache, &holder(&application, 1), 29).await, Ok(()));
        assert_eq!(authorize(&cache, &holder(&application, 1), 30).await, Err(Problem::TokenRevoked));
        let operator = Caller { application, token_version: None };
        assert_eq!(authorize(&cache, &operator, 31).await, Ok(()));
    }

    #[tokio::test]
    async fn a_token_that_the_cache_shows_to_be_revoked_is_refused_without_a_call() {
        let (tables, application) = FakeTables::with_application();
        tables.set_token_version(&application, TokenVersion::new(2));
        let cache = TokenVersionCache::new(tables);
        let now = Timestamp::from_millis(0);
        let unknown = AuthenticatedCaller::new(holder(&application, 1), &cache, now).unwrap();
        assert_eq!(unknown.authorize().await.unwrap_err().problem, Problem::TokenRevoked);
        assert_eq!(
            AuthenticatedCaller::new(holder(&application, 1), &cache, now).err(),
            Some(Problem::TokenRevoked)
        );
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_cached() {
        let (tables, known) = FakeTables::with_application();
        let unknown = ApplicationId::random().unwrap();
        let cache = TokenVersionCache::new(tables);
        let now = Timestamp::from_millis(0);
        assert_eq!(authorize(&cache, &holder(&unknown, 1), 0).await, Err(Problem::ApplicationNotFound));
        assert_eq!(cache.get(&unknown, now), None);
        assert_eq!(authorize(&cache, &holder(&known, 1), 0).await, Ok(()));
        assert_eq!(cache.get(&known, now), Some(TokenVersion::FIRST));
    }
}
