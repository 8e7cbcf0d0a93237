use conversation::ports::{
    AllocateNumbers, AllocatedNumber, ReservationError, ReserveRevisions, ReservedRevision, StoreError,
};
use conversation::{ApplicationId, ChatId, ChatNumber, MessageId, MessageNumber, NotANumber, Revision};

use super::Counters;
use super::reservation::Reservation;
use crate::item::{Item, get_number, parsed};

impl Counters {
    async fn allocate<Number>(
        &self,
        id: &str,
        number: impl Fn(u64) -> Result<Number, NotANumber>,
    ) -> Result<Option<AllocatedNumber<Number>>, ReservationError> {
        let Some((counter, request_id)) = self.reserve(id, Reservation::Number).await? else {
            return Ok(None);
        };
        let last = get_number(&counter, "last").and_then(|last| parsed(number(last), "last"));
        let number = last.map_err(StoreError::from)?;
        Ok(Some(AllocatedNumber { number, revision: revision(&counter)?, request_id }))
    }

    async fn next_revision(
        &self,
        id: &str,
        reservation: Reservation,
    ) -> Result<Option<ReservedRevision>, ReservationError> {
        let Some((counter, request_id)) = self.reserve(id, reservation).await? else { return Ok(None) };
        Ok(Some(ReservedRevision { revision: revision(&counter)?, request_id }))
    }
}

fn revision(counter: &Item) -> Result<Revision, StoreError> {
    Ok(parsed(Revision::new(get_number(counter, "revision")?), "revision")?)
}

impl AllocateNumbers<ApplicationId> for Counters {
    async fn allocate_number(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<AllocatedNumber<ChatNumber>>, ReservationError> {
        self.allocate(application.as_str(), ChatNumber::new).await
    }

    async fn release_number(
        &self,
        application: &ApplicationId,
        number: &AllocatedNumber<ChatNumber>,
    ) -> Result<(), StoreError> {
        self.undo(application.as_str(), Reservation::Number, &number.request_id).await
    }
}

impl AllocateNumbers<ChatId> for Counters {
    async fn allocate_number(
        &self,
        chat: &ChatId,
    ) -> Result<Option<AllocatedNumber<MessageNumber>>, ReservationError> {
        self.allocate(&chat.key(), MessageNumber::new).await
    }

    async fn release_number(
        &self,
        chat: &ChatId,
        number: &AllocatedNumber<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.undo(&chat.key(), Reservation::Number, &number.request_id).await
    }
}

impl ReserveRevisions<ChatId> for Counters {
    async fn reserve_revision(&self, chat: &ChatId) -> Result<Option<ReservedRevision>, ReservationError> {
        self.next_revision(chat.application.as_str(), Reservation::Revision).await
    }

    async fn release_revision(&self, chat: &ChatId, reserved: &ReservedRevision) -> Result<(), StoreError> {
        self.undo(chat.application.as_str(), Reservation::Revision, &reserved.request_id).await
    }
}

impl ReserveRevisions<MessageId> for Counters {
    async fn reserve_revision(&self, id: &MessageId) -> Result<Option<ReservedRevision>, ReservationError> {
        self.next_revision(&id.chat.key(), Reservation::RevisionOf(id.message)).await
    }

    async fn release_revision(&self, id: &MessageId, reserved: &ReservedRevision) -> Result<(), StoreError> {
        self.undo(&id.chat.key(), Reservation::RevisionOf(id.message), &reserved.request_id).await
    }
}
