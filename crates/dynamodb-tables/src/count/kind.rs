use conversation::Timestamp;

use crate::applications::{IS_APPLICATION, is_application};
use crate::item::Item;

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

    /// Fails if the parent was deleted, or is an application that does not exist: an update would create it.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Chats => IS_APPLICATION,
            Self::Messages { .. } => "attribute_not_exists(deleted_revision)",
        }
    }

    /// Whether the condition failed for `item` because the parent was deleted.
    pub(super) fn is_parent_deleted(self, item: &Item) -> bool {
        match self {
            Self::Chats => !is_application(item),
            Self::Messages { .. } => item.contains_key("deleted_revision"),
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
    fn an_application_that_is_missing_or_a_tombstone_was_deleted() {
        let mut row = row(&application(1));
        assert!(!CountKind::Chats.is_parent_deleted(&row), "another writer changed the ledger");
        row.remove("created_key");
        assert!(CountKind::Chats.is_parent_deleted(&row));
        assert!(CountKind::Chats.is_parent_deleted(&Item::new()));
    }

    #[test]
    fn a_chat_is_deleted_if_its_row_is_a_tombstone() {
        let messages = CountKind::Messages { latest: Timestamp::from_millis(1) };
        assert!(!messages.is_parent_deleted(&item([("ledger_version", number(4))])));
        assert!(messages.is_parent_deleted(&item([("deleted_revision", number(4))])));
    }
}
