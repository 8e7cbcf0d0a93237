use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, AuthenticatedCaller, Caller, Failure, Problem, Timestamp, TokenVersion};

/// How long a token version is cached. A revoked token stops working everywhere within this time.
const CACHE_TTL: Duration = Duration::from_secs(30);
/// The most applications whose versions are cached.
const MAX_APPLICATIONS: usize = 10_000;

/// The current token versions of the applications that a process served last.
#[derive(Debug)]
pub struct TokenVersionCache<Store> {
    store: Store,
    versions: Mutex<HashMap<ApplicationId, CachedVersion>>,
}

#[derive(Debug, Clone, Copy)]
struct CachedVersion {
    version: TokenVersion,
    read_at: Timestamp,
}

impl CachedVersion {
    /// False, too, if the clock was set back.
    fn is_fresh(self, now: Timestamp) -> bool {
        now.since(self.read_at).is_some_and(|age| age < CACHE_TTL)
    }
}

impl<Store> TokenVersionCache<Store> {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, versions: Mutex::default() }
    }

    fn versions(&self) -> MutexGuard<'_, HashMap<ApplicationId, CachedVersion>> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, application: &ApplicationId, now: Timestamp) -> Option<TokenVersion> {
        let cached = self.versions().get(application).copied()?;
        cached.is_fresh(now).then_some(cached.version)
    }

    fn insert(&self, application: &ApplicationId, version: TokenVersion, now: Timestamp) {
        let mut versions = self.versions();
        if versions.len() >= MAX_APPLICATIONS {
            versions.retain(|_, cached| cached.is_fresh(now));
        }
        if versions.len() >= MAX_APPLICATIONS {
            versions.clear();
        }
        versions.insert(application.clone(), CachedVersion { version, read_at: now });
    }
}

impl<Store: ReadTokenVersions> TokenVersionCache<Store> {
    /// Takes a caller whose token is genuine. Refuses it at once if the cache shows that the token was revoked; else
    /// [`AuthenticatedCaller::authorize`] decides.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn check(&self, caller: Caller, now: Timestamp) -> Result<AuthenticatedCaller<'_, Store>, Problem> {
        let cached = self.get(&caller.application, now);
        if let Some(current) = cached {
            caller.require_valid(current)?;
        }
        Ok(AuthenticatedCaller::new(caller, now, cached.is_none().then_some(self)))
    }

    /// Reads the current version, whether it is cached or not.
    pub(crate) async fn read(
        &self,
        application: &ApplicationId,
        now: Timestamp,
    ) -> Result<TokenVersion, Failure> {
        let current = self.store.token_version(application).await?;
        let current = current.ok_or(Problem::ApplicationNotFound)?;
        self.insert(application, current, now);
        Ok(current)
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
        let caller = cache.check(caller.clone(), Timestamp::from_millis(seconds * 1_000))?;
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
        let unknown = cache.check(holder(&application, 1), now).unwrap();
        assert_eq!(unknown.authorize().await.unwrap_err().problem, Problem::TokenRevoked);
        assert_eq!(cache.check(holder(&application, 1), now).err(), Some(Problem::TokenRevoked));
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_cached() {
        let (tables, known) = FakeTables::with_application();
        let unknown = ApplicationId::random().unwrap();
        let cache = TokenVersionCache::new(tables);
        assert_eq!(authorize(&cache, &holder(&unknown, 1), 0).await, Err(Problem::ApplicationNotFound));
        assert_eq!(cache.versions().len(), 0);
        assert_eq!(authorize(&cache, &holder(&known, 1), 0).await, Ok(()));
        assert_eq!(cache.versions().len(), 1);
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = TokenVersionCache::new(());
        for millis in 0..2 * i64::try_from(MAX_APPLICATIONS).unwrap() {
            let id = ApplicationId::random().unwrap();
            cache.insert(&id, TokenVersion::FIRST, Timestamp::from_millis(millis));
            assert!(cache.versions().len() <= MAX_APPLICATIONS);
        }
    }

    #[test]
    fn a_version_from_the_future_is_not_fresh() {
        let cached = CachedVersion { version: TokenVersion::FIRST, read_at: Timestamp::from_millis(60_000) };
        assert!(!cached.is_fresh(Timestamp::from_millis(59_999)));
    }
}
