use std::fmt::{self, Display};

/// A record that this version can never apply. `Display` and `Debug` say why without quoting the record, which contains
/// tokens and texts.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct UnreadableRecord {
    reason: String,
    full_reason: String,
}

impl UnreadableRecord {
    pub(crate) fn new(reason: String) -> Self {
        Self { full_reason: reason.clone(), reason }
    }

    /// A part of the record, named by `part`, cannot be read. `error` does not quote it.
    pub(crate) fn part(part: &str, error: impl Display) -> Self {
        Self::new(format!("{part}: {error}"))
    }

    /// The record is not the expected JSON. `serde_json` quotes a value of the wrong type.
    pub(crate) fn json(expected: &str, error: &serde_json::Error) -> Self {
        let (category, line, column) = (error.classify(), error.line(), error.column());
        Self {
            reason: format!("{expected}: {category:?} error at line {line} column {column}"),
            full_reason: format!("{expected}: {error}"),
        }
    }

    /// Why the record is unreadable. It may quote the record: for the dead-letter queue, which contains the record too,
    /// not for the log.
    #[must_use]
    pub fn full_reason(&self) -> &str {
        &self.full_reason
    }
}

impl fmt::Debug for UnreadableRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UnreadableRecord").field(&self.reason).finish()
    }
}
