use conversation::ports::CountOutcome;
use conversation::{Timestamp, VersionedLedger};

use crate::applications::{self, IS_APPLICATION, is_application};
use crate::chats;
use crate::item::{Item, Malformed, get_number, get_string, item, number, string};

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CountKind {
    /// An application's chats.
    Chats,
    /// A chat's messages, the newest written at `latest`. The update creates the item if it is missing.
    Messages { latest: Timestamp },
}

impl CountKind {
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Chats => "chats_count",
            Self::Messages { .. } => "messages_count",
        }
    }

    /// The newest form of the parent's row that this release knows.
    pub(super) fn newest_form(self) -> u32 {
        match self {
            Self::Chats => applications::NEWEST_FORM,
            Self::Messages { .. } => chats::NEWEST_FORM,
        }
    }

    /// The `updated_at` of the parent after an update; `None` if the count does not change it.
    pub(super) fn updated_at(self, seen: &VersionedLedger) -> Option<Timestamp> {
        match self {
            Self::Chats => None,
            Self::Messages { latest } => Some(seen.updated_at.map_or(latest, |at| at.max(latest))),
        }
    }

    /// The key of an item of revisions that the ledger in the item with `key` spilled. It is in a partition of its own, in
    /// which no chat and no application can be: their ids contain no `#`.
    pub(super) fn spilled_key(self, key: &Item, spilled: u64) -> Result<Item, Malformed> {
        Ok(match self {
            Self::Chats => item([("id", string(format!("{}#missing#{spilled}", get_string(key, "id")?)))]),
            Self::Messages { .. } => {
                let (application, chat) =
                    (get_string(key, "application")?, get_number::<u64>(key, "number")?);
                item([
                    ("application", string(format!("{application}#{chat}#missing"))),
                    ("number", number(spilled)),
                ])
            }
        })
    }

    /// Fails if the parent was deleted, or is an application that does not exist: an update would create it.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Chats => IS_APPLICATION,
            Self::Messages { .. } => "attribute_not_exists(deleted_revision)",
        }
    }

    /// Why `item` cannot hold the count; `None` if it can. After a failed condition, `None` means that another writer
    /// changed the ledger.
    pub(crate) fn refusal(self, item: &Item) -> Option<CountOutcome> {
        match self {
            Self::Chats if is_application(item) => None,
            Self::Chats if item.is_empty() => Some(CountOutcome::ParentUnknown),
            Self::Chats => Some(CountOutcome::ParentDeleted),
            Self::Messages { .. } => {
                item.contains_key("deleted_revision").then_some(CountOutcome::ParentDeleted)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application;

    use super::*;
    use crate::applications::row;
    use crate::item::{item, number};

    #[test]
    fn a_deleted_application_differs_from_a_lost_one() {
        let mut row = row(&application(1));
        assert_eq!(CountKind::Chats.refusal(&row), None, "another writer changed the ledger");
        row.remove("created_key");
        assert_eq!(CountKind::Chats.refusal(&row), Some(CountOutcome::ParentDeleted));
        assert_eq!(CountKind::Chats.refusal(&Item::new()), Some(CountOutcome::ParentUnknown));
    }

    #[test]
    fn a_chat_is_deleted_if_its_row_is_a_tombstone() {
        let messages = CountKind::Messages { latest: Timestamp::from_millis(1) };
        assert_eq!(messages.refusal(&item([("ledger_version", number(4))])), None);
        let tombstone = item([("deleted_revision", number(4))]);
        assert_eq!(messages.refusal(&tombstone), Some(CountOutcome::ParentDeleted));
    }
}
