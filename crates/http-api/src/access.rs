use conversation::ports::ReadTokenVersions;
use conversation::{AccessCheck, Admission, Timestamp};

use crate::{ApiProblem, ApiRequest, Authenticator};

/// Admits requests to applications: finds out who they come from, and whether that token was revoked.
#[derive(Debug)]
pub struct Access<Versions> {
    pub authenticator: Authenticator,
    check: AccessCheck<Versions>,
}

impl<Versions: ReadTokenVersions> Access<Versions> {
    #[must_use]
    pub fn new(authenticator: Authenticator, versions: Versions) -> Self {
        Self { authenticator, check: AccessCheck::new(versions) }
    }

    /// Admits the caller of a tenant's route.
    ///
    /// # Errors
    /// As [`Authenticator::tenant`], and [`Code::TokenRevoked`](crate::Code::TokenRevoked) if that is known already.
    pub fn tenant(&self, request: &ApiRequest) -> Result<Admission<'_, Versions>, ApiProblem> {
        Ok(self.check.admit(self.authenticator.tenant(request)?, Timestamp::now())?)
    }
}
