use std::fmt::Display;

/// A record that this version can never apply. The reason goes to the dead-letter queue with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableRecord(String);

impl UnreadableRecord {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }

    /// A part of the record, named by `part`, cannot be read.
    pub(crate) fn part(part: &str, error: impl Display) -> Self {
        Self(format!("{part}: {error}"))
    }
}
