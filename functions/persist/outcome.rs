use conversation::{ChatId, IndexChange, Revision};

/// What became of a group's records, and what is left to do for the whole batch.
#[derive(Debug, Default)]
pub(super) struct GroupOutcome {
    /// The position of the first failed record: this record and all behind it must be delivered again.
    pub(super) failed_from: Option<usize>,
    /// What the application's `chats_count` has to learn.
    pub(super) chats: Vec<ChatDelta>,
    /// Changes of the index, each with the position of its record.
    pub(super) changes: Vec<(usize, IndexChange)>,
}

/// What a record that creates or deletes a chat adds to `chats_count`.
#[derive(Debug)]
pub(super) struct ChatDelta {
    /// The position of the record.
    pub(super) position: usize,
    pub(super) chat: ChatId,
    pub(super) revision: Revision,
    pub(super) delta: i64,
}

impl GroupOutcome {
    pub(super) fn fail(&mut self, position: usize) {
        self.failed_from = Some(self.failed_from.map_or(position, |earlier| earlier.min(position)));
    }

    /// Whether the record at `position` was applied.
    pub(super) fn includes(&self, position: usize) -> bool {
        self.failed_from.is_none_or(|failed| position < failed)
    }

    /// Drops changes that would show messages of a deleted chat.
    pub(super) fn keep_removals(&mut self) {
        self.changes.retain(|(_, change)| matches!(change, IndexChange::Remove(_)));
    }
}
