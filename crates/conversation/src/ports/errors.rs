//! How a store or a queue fails.

use std::error::Error;
use std::fmt::Write as _;

type Cause = Box<dyn Error + Send + Sync>;

/// A store failed. The adapter's error is the source: for the log, never for clients.
#[derive(Debug, thiserror::Error)]
#[error("the store failed")]
pub struct StoreError(#[source] pub Cause);

impl StoreError {
    pub fn new(source: impl Into<Cause>) -> Self {
        Self(source.into())
    }
}

/// A write failed. The variant says whether it may have taken effect.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It certainly took no effect.
    #[error("the write was not accepted")]
    NotWritten(#[source] Cause),
    /// The reply was lost: it may have taken effect.
    #[error("it is unknown whether the write was accepted")]
    OutcomeUnknown(#[source] Cause),
}

impl WriteError {
    pub fn not_written(source: impl Into<Cause>) -> Self {
        Self::NotWritten(source.into())
    }

    pub fn outcome_unknown(source: impl Into<Cause>) -> Self {
        Self::OutcomeUnknown(source.into())
    }
}

/// An error and all its sources in one line, for the log: an error alone often says only "the store failed".
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_names_every_source() {
        let throttled = StoreError::new("throttled");
        let error = WriteError::not_written(throttled);
        assert_eq!(error_chain(&error), "the write was not accepted: the store failed: throttled");
    }
}
