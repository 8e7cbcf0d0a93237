//! Numbers and revisions.

use super::FakeTables;
use super::counter::Counter;
use super::rows::Rows;
use crate::ports::{
    AllocateNumbers, AllocatedNumber, CloseChats, OpenChats, RaiseLimits, ReadCounters, ReservationError,
    ReserveRevisions, ReservedRevision, StoreError, UndoOpenChats,
};
use crate::{ApplicationId, ChatId, ChatNumber, MessageId, MessageNumber, NotANumber, RequestId, Revision};

impl FakeTables {
    /// Allocates the next number of the counter that `counter` finds; releases it if that fails.
    fn allocate<Number>(
        &self,
        counter: impl Fn(&mut Rows) -> Option<&mut Counter>,
        number_of: impl Fn(u64) -> Result<Number, NotANumber>,
    ) -> Result<Option<AllocatedNumber<Number>>, ReservationError> {
        let request_id = RequestId::random().map_err(StoreError::new)?;
        let allocated = self.faults.around(|| {
            let mut rows = self.rows();
            let Some(counter) = counter(&mut rows) else { return Ok(None) };
            counter.require_limit()?;
            Ok::<_, ReservationError>(Some(counter.allocate_number(&request_id)))
        });
        let allocated = allocated.inspect_err(|_| {
            if let Some(counter) = counter(&mut self.rows()) {
                counter.release_number(&request_id);
            }
        })?;
        let Some((number, revision)) = allocated? else { return Ok(None) };
        let number = number_of(number).map_err(StoreError::new)?;
        let revision = Revision::new(revision).map_err(StoreError::new)?;
        Ok(Some(AllocatedNumber { number, revision, request_id }))
    }

    /// Reserves the next revision of the counter that `counter` finds; releases it if that fails.
    fn reserve(
        &self,
        counter: impl Fn(&mut Rows) -> Option<&mut Counter>,
    ) -> Result<Option<ReservedRevision>, ReservationError> {
        let request_id = RequestId::random().map_err(StoreError::new)?;
        let reserved = self.faults.around(|| {
            let mut rows = self.rows();
            let Some(counter) = counter(&mut rows) else { return Ok(None) };
            counter.require_limit()?;
            Ok::<_, ReservationError>(Some(counter.reserve_revision(&request_id)))
        });
        let reserved = reserved.inspect_err(|_| {
            if let Some(counter) = counter(&mut self.rows()) {
                counter.release_revision(&request_id);
            }
        })?;
        let Some(revision) = reserved? else { return Ok(None) };
        let revision = Revision::new(revision).map_err(StoreError::new)?;
        Ok(Some(ReservedRevision { revision, request_id }))
    }
}

impl AllocateNumbers<ApplicationId> for FakeTables {
    async fn allocate_number(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<AllocatedNumber<ChatNumber>>, ReservationError> {
        self.allocate(|rows| rows.open_application(application), ChatNumber::new)
    }

    async fn release_number(
        &self,
        application: &ApplicationId,
        number: &AllocatedNumber<ChatNumber>,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().chat_counters.get_mut(application) {
                counter.release_number(&number.request_id);
            }
        })
    }
}

impl AllocateNumbers<ChatId> for FakeTables {
    async fn allocate_number(
        &self,
        chat: &ChatId,
    ) -> Result<Option<AllocatedNumber<MessageNumber>>, ReservationError> {
        self.allocate(|rows| rows.open_counter(chat), MessageNumber::new)
    }

    async fn release_number(
        &self,
        chat: &ChatId,
        number: &AllocatedNumber<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().message_counters.get_mut(chat) {
                counter.release_number(&number.request_id);
            }
        })
    }
}

impl ReserveRevisions<ChatId> for FakeTables {
    async fn reserve_revision(&self, chat: &ChatId) -> Result<Option<ReservedRevision>, ReservationError> {
        self.reserve(|rows| rows.open_application(&chat.application))
    }

    async fn release_revision(&self, chat: &ChatId, reserved: &ReservedRevision) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().chat_counters.get_mut(&chat.application) {
                counter.release_revision(&reserved.request_id);
            }
        })
    }
}

impl ReserveRevisions<MessageId> for FakeTables {
    async fn reserve_revision(&self, id: &MessageId) -> Result<Option<ReservedRevision>, ReservationError> {
        self.reserve(|rows| rows.open_counter(&id.chat).filter(|counter| counter.last >= id.message.get()))
    }

    async fn release_revision(&self, id: &MessageId, reserved: &ReservedRevision) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().message_counters.get_mut(&id.chat) {
                counter.release_revision(&reserved.request_id);
            }
        })
    }
}

impl OpenChats for FakeTables {
    async fn open(&self, chat: &ChatId, request_id: &RequestId) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            rows.message_counters.entry(chat.clone()).or_insert_with(|| Counter::opened_by(request_id));
        })
    }

    async fn open_permanently(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.rows().message_counters.entry(chat.clone()).or_default().opener = None;
        })
    }
}

impl UndoOpenChats for FakeTables {
    async fn undo_open(&self, chat: &ChatId, request_id: &RequestId) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let Some(counter) = rows.message_counters.get(chat) else { return true };
            let can_undo =
                counter.opener.as_ref() == Some(request_id) && counter.revision == 0 && !counter.closed;
            if can_undo {
                rows.message_counters.remove(chat);
            }
            can_undo
        })
    }
}

impl RaiseLimits for FakeTables {
    async fn raise_limit(&self, chat: &ChatId, limit: u64) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().open_counter(chat) {
                counter.limit = Some(counter.limit.unwrap_or_default().max(limit));
            }
        })
    }
}

impl CloseChats for FakeTables {
    async fn close(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.faults.around(|| self.rows().message_counters.entry(chat.clone()).or_default().closed = true)
    }
}

impl ReadCounters for FakeTables {
    async fn last_chat(&self, application: &ApplicationId) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().open_application(application).map(|counter| counter.last))
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().open_counter(chat).map(|counter| counter.last))
    }
}
