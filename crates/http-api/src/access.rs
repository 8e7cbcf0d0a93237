use conversation::ports::ReadTokenVersions;
use conversation::{AuthenticatedCaller, Timestamp, TokenVersionCache};

use crate::{ApiProblem, ApiRequest, Authenticator};

/// Authenticates the callers of tenants' routes, with a cache that shows which tokens open their applications.
#[derive(Debug)]
pub struct Access<Versions> {
    pub authenticator: Authenticator,
    versions: TokenVersionCache<Versions>,
}

impl<Versions: ReadTokenVersions> Access<Versions> {
    #[must_use]
    pub fn new(authenticator: Authenticator, versions: Versions) -> Self {
        Self { authenticator, versions: TokenVersionCache::new(versions) }
    }

    /// The caller of a tenant's route.
    ///
    /// # Errors
    /// As [`Authenticator::tenant`], and [`Code::TokenRevoked`](crate::Code::TokenRevoked) or
    /// [`Code::ApplicationDisabled`](crate::Code::ApplicationDisabled) if the cache shows it.
    pub fn tenant(&self, request: &ApiRequest) -> Result<AuthenticatedCaller<'_, Versions>, ApiProblem> {
        let caller = self.authenticator.tenant(request)?;
        Ok(AuthenticatedCaller::new(caller, &self.versions, Timestamp::now())?)
    }
}
