use crate::{ApplicationId, Problem, TenantAccess, TokenVersion};

/// Who uses an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub application: ApplicationId,
    /// The version of the token that names the application; `None` if the operator names it by its id.
    pub token_version: Option<TokenVersion>,
}

impl Caller {
    /// Checks that the caller's token opens the application. The operator may use a disabled one, too.
    ///
    /// # Errors
    /// [`Problem::ApplicationDisabled`], [`Problem::TokenRevoked`].
    pub fn require_access(&self, current: TenantAccess) -> Result<(), Problem> {
        if current.is_disabled && self.token_version.is_some() {
            return Err(Problem::ApplicationDisabled);
        }
        self.require_valid(current.token_version)
    }

    /// Checks that no newer token than the caller's was issued.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn require_valid(&self, current: TokenVersion) -> Result<(), Problem> {
        match self.token_version {
            Some(version) if version < current => Err(Problem::TokenRevoked),
            // A higher version was issued after the current one was read.
            _ => Ok(()),
        }
    }
}
