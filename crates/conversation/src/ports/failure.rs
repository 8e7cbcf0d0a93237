//! How a store or a queue fails.

/// A store could not do what was asked; the adapter's error is inside, for the log alone.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Why a write is not known to have been taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It certainly was not taken.
    #[error("the write was not taken")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer was lost: it may have been taken.
    #[error("it is unknown whether the write was taken")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}
