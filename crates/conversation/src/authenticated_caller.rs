use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, Caller, Failure, Problem, TenantAccess, Timestamp, TokenVersionCache};

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
    /// Refuses the caller at once if the cache shows that the token does not open the application; else
    /// [`AuthenticatedCaller::authorize`] decides.
    ///
    /// # Errors
    /// [`Problem::ApplicationDisabled`], [`Problem::TokenRevoked`].
    pub fn new(caller: Caller, cache: &'a TokenVersionCache<Store>, now: Timestamp) -> Result<Self, Problem> {
        let cached = cache.get(&caller.application, now);
        if let Some(current) = cached {
            caller.require_access(current)?;
        }
        Ok(Self { caller, now, unread: cached.is_none().then_some(cache) })
    }

    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        &self.caller.application
    }

    /// As [`Caller::require_access`], for a function that has read the application itself.
    ///
    /// # Errors
    /// [`Problem::ApplicationDisabled`], [`Problem::TokenRevoked`].
    pub fn require_access(&self, current: TenantAccess) -> Result<(), Problem> {
        self.caller.require_access(current)
    }
}

impl<Store: ReadTokenVersions> AuthenticatedCaller<'_, Store> {
    /// Checks that the application exists and the token opens it. Makes one call, or none if that was
    /// cached. Run it concurrently with the function's own first call.
    ///
    /// # Errors
    /// [`Problem::ApplicationNotFound`], [`Problem::ApplicationDisabled`], [`Problem::TokenRevoked`], or that could not be read.
    pub async fn authorize(&self) -> Result<(), Failure> {
        let Some(cache) = self.unread else { return Ok(()) };
        let current = cache.read(self.application(), self.now).await?;
        Ok(self.require_access(current)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenVersion;
    use crate::fake::{FakeTables, Fault};
    use crate::ports::DisableApplications;

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
    async fn a_disabled_application_is_closed_to_its_tenant_within_30_seconds() {
        let (tables, application) = FakeTables::with_application();
        let cache = TokenVersionCache::new(tables.clone());
        assert_eq!(authorize(&cache, &holder(&application, 1), 0).await, Ok(()));
        assert!(tables.set_disabled(&application, true).await.unwrap());
        for version in [1, 2] {
            let refused = authorize(&cache, &holder(&application, version), 30).await;
            assert_eq!(refused, Err(Problem::ApplicationDisabled));
        }
        let operator = Caller { application: application.clone(), token_version: None };
        assert_eq!(authorize(&cache, &operator, 31).await, Ok(()));
        assert!(tables.set_disabled(&application, false).await.unwrap());
        assert_eq!(authorize(&cache, &holder(&application, 1), 60).await, Ok(()));
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
        let access = TenantAccess { token_version: TokenVersion::FIRST, is_disabled: false };
        assert_eq!(cache.get(&known, now), Some(access));
    }
}
