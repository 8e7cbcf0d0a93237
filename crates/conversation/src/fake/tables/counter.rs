use crate::ports::{MAX_PENDING, PENDING_EXEMPTION, ReservationError};
use crate::{RequestId, Timestamp};

/// The counter of an application's chats or of a chat's messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter {
    pub(super) last: u64,
    pub(super) revision: u64,
    /// Who may release the last number or revision.
    holder: Option<RequestId>,
    /// When the last reservation was made.
    reserved_at: Timestamp,
    /// The highest revision that may be reserved; `None` if there is no limit.
    pub(super) limit: Option<u64>,
    /// Who may undo the opening of the chat.
    pub(super) opener: Option<RequestId>,
    /// The chat or the application was deleted.
    pub(super) closed: bool,
}

impl Counter {
    pub(super) fn opened_by(request_id: &RequestId) -> Self {
        Self { opener: Some(request_id.clone()), limit: Some(MAX_PENDING), ..Self::default() }
    }

    pub(super) fn require_limit(&self) -> Result<(), ReservationError> {
        let is_exempt = self.reserved_at < Timestamp::now().before(PENDING_EXEMPTION);
        if is_exempt || self.limit.is_none_or(|limit| self.revision < limit) {
            Ok(())
        } else {
            Err(ReservationError::TooManyPending)
        }
    }

    pub(super) fn allocate_number(&mut self, request_id: &RequestId) -> (u64, u64) {
        self.last += 1;
        (self.last, self.reserve_revision(request_id))
    }

    pub(super) fn reserve_revision(&mut self, request_id: &RequestId) -> u64 {
        self.revision += 1;
        self.reserved_at = Timestamp::now();
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
