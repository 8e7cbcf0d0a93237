use super::client_write::ClientWrite;
use crate::history::Operation;

/// Whether something was deleted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deletion<'h> {
    No,
    /// The outcome of a deletion is unknown.
    Possible,
    /// With the attempt that was accepted first.
    Accepted(&'h Operation),
}

impl<'h> Deletion<'h> {
    pub(super) fn of(deletions: &[ClientWrite<'h>]) -> Self {
        deletions.iter().fold(Self::No, |known, deletion| {
            let this = match deletion.accepted() {
                Some(accepted) => Self::Accepted(accepted),
                None if deletion.is_unknown() => Self::Possible,
                None => Self::No,
            };
            known.or(this)
        })
    }

    /// The more certain one; of two that were accepted, the earlier.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Accepted(one), Self::Accepted(two)) => {
                Self::Accepted(if two.end < one.end { two } else { one })
            }
            (Self::Accepted(one), _) | (_, Self::Accepted(one)) => Self::Accepted(one),
            (Self::Possible, _) | (_, Self::Possible) => Self::Possible,
            (Self::No, Self::No) => Self::No,
        }
    }

    pub(super) fn accepted(self) -> Option<&'h Operation> {
        match self {
            Self::Accepted(deletion) => Some(deletion),
            Self::No | Self::Possible => None,
        }
    }
}
