use std::fmt;

/// The version of an application's token: 1 for the first one, one more for each that is issued after it. Only the
/// highest version is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenVersion(u32);

impl TokenVersion {
    pub const FIRST: Self = Self(1);

    #[must_use]
    pub fn new(version: u32) -> Self {
        Self(version)
    }

    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for TokenVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
