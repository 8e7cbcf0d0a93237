//! Applications and the versions of their tokens.

use super::{StoreError, WriteError};
use crate::{
    Application, ApplicationId, Caller, Name, Page, PageRequest, TenantAccess, Timestamp, TokenVersion,
};

#[trait_variant::make(Send)]
pub trait CreateApplications: Send + Sync {
    /// Stores a new application and the counter of its chats, both or neither. Does nothing if they exist.
    async fn create(&self, application: &Application) -> Result<(), WriteError>;
}

#[trait_variant::make(Send)]
pub trait ReadApplications: Send + Sync {
    /// `None` if there is no such application, or it was deleted.
    async fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StoreError>;

    /// Applications in the order of their creation.
    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError>;
}

/// The position of an application in the list of all applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationCursor {
    pub created_at: Timestamp,
    pub id: ApplicationId,
}

impl From<&Application> for ApplicationCursor {
    fn from(application: &Application) -> Self {
        Self { created_at: application.created_at, id: application.id.clone() }
    }
}

/// What became of a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameOutcome {
    /// With the application as it is now.
    Renamed(Application),
    /// A newer token than the caller's was issued.
    TokenRevoked,
    /// There is no such application, or it was deleted.
    NotFound,
}

#[trait_variant::make(Send)]
pub trait RenameApplications: Send + Sync {
    /// Renames the caller's application, unless the caller's token was revoked. `at` is the time of the change, or later if
    /// the last change is newer.
    async fn rename(&self, caller: &Caller, name: &Name, at: Timestamp) -> Result<RenameOutcome, WriteError>;
}

#[trait_variant::make(Send)]
pub trait ReadTokenVersions: Send + Sync {
    /// The version of the application's valid token, and whether it opens the application, read consistently; `None` if there is no
    /// such application, or it was deleted.
    async fn tenant_access(&self, application: &ApplicationId) -> Result<Option<TenantAccess>, StoreError>;
}

/// The rotation that issued an application's valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRotation {
    /// The same for every attempt of one request, under its `Idempotency-Key`.
    pub request_id: String,
    pub at: Timestamp,
}

/// What became of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationOutcome {
    /// The token of this version is the valid one, and this request issued it.
    Rotated,
    /// Another request issued a token of this version or a higher one.
    Superseded,
    /// There is no such application, or it was deleted.
    NotFound,
}

#[trait_variant::make(Send)]
pub trait RotateTokens: Send + Sync {
    /// The application and its last rotation, if there was one, read consistently; `None` if there is no such application,
    /// or it was deleted.
    async fn last_rotation(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<(Application, Option<LastRotation>)>, StoreError>;

    /// Makes the token of `version` the valid one, which revokes all lower versions. Repeating it for the same request has
    /// no further effect. Of two requests at once, only one issues a version.
    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        rotation: &LastRotation,
    ) -> Result<RotationOutcome, WriteError>;
}

#[trait_variant::make(Send)]
pub trait DisableApplications: Send + Sync {
    /// Disables the application, or enables it again. Returns whether there is such an application. Repeating it has no further effect.
    async fn set_disabled(&self, application: &ApplicationId, is_disabled: bool) -> Result<bool, StoreError>;
}

#[trait_variant::make(Send)]
pub trait DeleteApplications: Send + Sync {
    /// Replaces the application by a tombstone and closes its counter: it cannot be read any more and numbers no chat.
    /// Repeating it has no further effect.
    async fn delete(&self, application: &ApplicationId) -> Result<(), StoreError>;
}

#[trait_variant::make(Send)]
pub trait FindDeletedApplications: Send + Sync {
    /// Whether the application has a tombstone, read consistently.
    async fn is_deleted(&self, application: &ApplicationId) -> Result<bool, StoreError>;
}
