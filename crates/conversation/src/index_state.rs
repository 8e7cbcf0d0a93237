use std::fmt;
use std::num::NonZeroU32;

/// The number of an index of messages. The first index of a deployment is 1. Each rebuild from the tables fills a new one, with a
/// higher number, which then replaces the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexGeneration(NonZeroU32);

impl IndexGeneration {
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// `None` for 0.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The generation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for IndexGeneration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The indexes that take the changes of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// The index that searches use. If it does not exist, it was lost.
    pub current: IndexGeneration,
    /// The index that a rebuild is filling. It takes all changes, too, so that it misses nothing when it replaces the current one.
    pub next: Option<IndexGeneration>,
}

impl IndexState {
    /// A deployment with its first index.
    pub const FIRST: Self = Self { current: IndexGeneration::FIRST, next: None };
}
