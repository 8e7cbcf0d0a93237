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
    pub(crate) fn new(caller: Caller, now: Timestamp, unread: Option<&'a TokenVersionCache<Store>>) -> Self {
        Self { caller, now, unread }
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
