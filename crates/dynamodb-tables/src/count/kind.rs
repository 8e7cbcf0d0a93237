use conversation::Timestamp;

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

    /// Fails if the parent was deleted.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Chats => "attribute_exists(created_key)",
            Self::Messages { .. } => "attribute_not_exists(deleted_revision)",
        }
    }

    /// Whether the condition failed for `item` because the parent was deleted.
    pub(super) fn is_parent_deleted(self, item: &Item) -> bool {
        match self {
            Self::Chats => item.is_empty(),
            Self::Messages { .. } => item.contains_key("deleted_revision"),
        }
    }
}
