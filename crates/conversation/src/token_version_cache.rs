use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, Failure, Problem, TenantAccess, Timestamp};

/// How long it is cached which tokens open an application. A revoked token, or one of a disabled application, stops working
/// everywhere within this time.
const CACHE_TTL: Duration = Duration::from_secs(30);
/// The most applications that are cached.
const MAX_APPLICATIONS: usize = 10_000;

/// Which tokens open the applications that a process served last.
#[derive(Debug)]
pub struct TokenVersionCache<Store> {
    store: Store,
    versions: Mutex<HashMap<ApplicationId, CachedVersion>>,
}

#[derive(Debug, Clone, Copy)]
struct CachedVersion {
    access: TenantAccess,
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

    pub(crate) fn get(&self, application: &ApplicationId, now: Timestamp) -> Option<TenantAccess> {
        let cached = self.versions().get(application).copied()?;
        cached.is_fresh(now).then_some(cached.access)
    }

    fn insert(&self, application: &ApplicationId, access: TenantAccess, now: Timestamp) {
        let mut versions = self.versions();
        if versions.len() >= MAX_APPLICATIONS {
            versions.retain(|_, cached| cached.is_fresh(now));
        }
        if versions.len() >= MAX_APPLICATIONS {
            versions.clear();
        }
        versions.insert(application.clone(), CachedVersion { access, read_at: now });
    }
}

impl<Store: ReadTokenVersions> TokenVersionCache<Store> {
    /// Reads which tokens open the application, whether it is cached or not.
    pub(crate) async fn read(
        &self,
        application: &ApplicationId,
        now: Timestamp,
    ) -> Result<TenantAccess, Failure> {
        let current = self.store.tenant_access(application).await?;
        let current = current.ok_or(Problem::ApplicationNotFound)?;
        self.insert(application, current, now);
        Ok(current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenVersion;

    const ACCESS: TenantAccess = TenantAccess { token_version: TokenVersion::FIRST, is_disabled: false };

    #[test]
    fn the_cache_is_bounded() {
        let cache = TokenVersionCache::new(());
        for millis in 0..2 * i64::try_from(MAX_APPLICATIONS).unwrap() {
            let id = ApplicationId::random().unwrap();
            cache.insert(&id, ACCESS, Timestamp::from_millis(millis));
            assert!(cache.versions().len() <= MAX_APPLICATIONS);
        }
    }

    #[test]
    fn a_version_from_the_future_is_not_fresh() {
        let cached = CachedVersion { access: ACCESS, read_at: Timestamp::from_millis(60_000) };
        assert!(!cached.is_fresh(Timestamp::from_millis(59_999)));
    }
}
