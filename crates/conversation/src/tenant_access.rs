use crate::TokenVersion;

/// Which of its tokens open an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantAccess {
    /// The version of the valid token.
    pub token_version: TokenVersion,
    /// Whether the operator disabled the application, so that no token opens it.
    pub is_disabled: bool,
}
