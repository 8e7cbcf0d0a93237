use crate::{ApplicationId, Problem, TokenVersion};

/// Who uses an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub application: ApplicationId,
    /// The version of the token that names the application; `None` if the operator names it by its id.
    pub token_version: Option<TokenVersion>,
}

impl Caller {
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
