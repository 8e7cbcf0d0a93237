use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, Failure, Problem, Timestamp, TokenVersion};

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

    pub(crate) fn get(&self, application: &ApplicationId, now: Timestamp) -> Option<TokenVersion> {
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
