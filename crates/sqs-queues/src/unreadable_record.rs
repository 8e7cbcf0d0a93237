use std::fmt::{self, Display};

use serde::Deserialize;

/// A record that this version cannot apply. `Display` and `Debug` say why without quoting the record, which contains
/// tokens and texts.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct UnreadableRecord {
    reason: String,
    full_reason: String,
    is_newer: bool,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl UnreadableRecord {
    pub(crate) fn new(reason: String) -> Self {
        Self { full_reason: reason.clone(), reason, is_newer: false }
    }

    /// Checks that a record, which should be `expected`, has the version that this code reads.
    pub(crate) fn check_version(text: &str, known: u32, expected: &str) -> Result<(), Self> {
        let Version { version } = serde_json::from_str(text).map_err(|error| Self::json(expected, &error))?;
        if version == known {
            return Ok(());
        }
        let reason = format!("{expected} of version {known}: it has version {version}");
        Err(Self { is_newer: version > known, ..Self::new(reason) })
    }

    /// Whether a newer release sent the record: a function of that release can read it. During a deployment, functions of
    /// both releases run.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.is_newer
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
            is_newer: false,
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
