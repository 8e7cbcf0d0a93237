use crate::RequestId;

/// The counter of an application's chats or of a chat's messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter {
    pub(super) last: u64,
    pub(super) revision: u64,
    /// Who may release the last number or revision.
    holder: Option<RequestId>,
    /// Who may undo the opening of the chat.
    pub(super) opener: Option<RequestId>,
    /// The chat or the application was deleted.
    pub(super) closed: bool,
}

impl Counter {
    pub(super) fn opened_by(request_id: &RequestId) -> Self {
        Self { opener: Some(request_id.clone()), ..Self::default() }
    }

    pub(super) fn allocate_number(&mut self, request_id: &RequestId) -> (u64, u64) {
        self.last += 1;
        (self.last, self.reserve_revision(request_id))
    }

    pub(super) fn reserve_revision(&mut self, request_id: &RequestId) -> u64 {
        self.revision += 1;
        self.holder = Some(request_id.clone());
        self.revision
    }

    pub(super) fn release_number(&mut self, request_id: &RequestId) {
        if self.release_revision(request_id) {
            self.last -= 1;
        }
    }

    pub(super) fn release_revision(&mut self, request_id: &RequestId) -> bool {
        let held = self.holder.as_ref() == Some(request_id);
        if held {
            self.revision -= 1;
            self.holder = None;
        }
        held
    }
}
