//! The ports of `create-message` with bugs.

use anyhow::Result;
use conversation::ports::{
    AllocateNumbers, AllocatedNumber, ReadCounters, ReservationError, SendWrites, StoreError, WriteError,
};
use conversation::{ApplicationId, ChatId, MessageNumber, RequestId, Revision, Write};
use dynamodb_tables::{Counters, IdempotencyKeys, TokenVersions};
use function_environment::Environment;
use functions::create_message::Handler;
use http_api::{Access, Authenticator};
use sqs_queues::WriteQueue;

use super::{Bug, Planted};

/// An occasional bug strikes at the multiples of this number.
const STRIDE: u64 = 10;

type PlantedHandler = Handler<TokenVersions, Planted<IdempotencyKeys>, Planted<Counters>, Planted<Queue>>;

/// The queue, and the counters that a bug needs with it.
#[derive(Debug)]
pub(super) struct Queue {
    writes: WriteQueue,
    counters: Counters,
}

pub(super) fn handler(environment: &Environment, bug: Bug) -> Result<PlantedHandler> {
    let queue = Queue {
        writes: WriteQueue::from_environment(environment)?,
        counters: Counters::from_environment(environment)?,
    };
    let authenticator = Authenticator::from_variables(&environment.variables)?;
    Ok(Handler {
        access: Access::new(authenticator, TokenVersions::from_environment(environment)?),
        keys: Planted { port: IdempotencyKeys::from_environment(environment)?, bug },
        counters: Planted { port: Counters::from_environment(environment)?, bug },
        queue: Planted { port: queue, bug },
    })
}

impl SendWrites for Planted<Queue> {
    async fn send(&self, write: &Write) -> Result<(), WriteError> {
        let is_struck = write.message().is_some_and(|number| number.get().is_multiple_of(STRIDE));
        if self.bug == Bug::AcknowledgesUnsent && is_struck {
            return Ok(());
        }
        let sent = self.port.writes.send(write).await;
        if self.bug == Bug::SendsBeforeAllocating
            && let Some(chat) = write.chat()
        {
            self.port.counters.allocate_number(chat).await.map_err(WriteError::outcome_unknown)?;
        }
        match sent {
            Err(WriteError::OutcomeUnknown(cause)) if self.bug == Bug::TakesUnknownAsRefused => {
                Err(WriteError::NotWritten(cause))
            }
            outcome => outcome,
        }
    }
}

impl AllocateNumbers<ChatId> for Planted<Counters> {
    async fn allocate_number(
        &self,
        chat: &ChatId,
    ) -> Result<Option<AllocatedNumber<MessageNumber>>, ReservationError> {
        let last = match self.bug {
            Bug::ReadsBeforeAllocating => self.port.last_message(chat).await?,
            Bug::SendsBeforeAllocating => return self.next_number(chat).await,
            _ => None,
        };
        let Some(allocated) = self.port.allocate_number(chat).await? else { return Ok(None) };
        if self.bug == Bug::ReleasesUsedNumbers && allocated.number.get().is_multiple_of(STRIDE) {
            self.port.release_number(chat, &allocated).await?;
        }
        if self.bug == Bug::WastesNumbers && allocated.number.get().is_multiple_of(STRIDE) {
            return self.port.allocate_number(chat).await;
        }
        let number = match last {
            Some(last) => MessageNumber::new(last + 1).map_err(StoreError::new)?,
            None => allocated.number,
        };
        Ok(Some(AllocatedNumber { number, ..allocated }))
    }

    async fn release_number(
        &self,
        chat: &ChatId,
        number: &AllocatedNumber<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.port.release_number(chat, number).await
    }
}

impl Planted<Counters> {
    /// What the next allocation will return, if nobody else allocates before.
    async fn next_number(
        &self,
        chat: &ChatId,
    ) -> Result<Option<AllocatedNumber<MessageNumber>>, ReservationError> {
        let Some(last) = self.port.last_message(chat).await? else { return Ok(None) };
        Ok(Some(AllocatedNumber {
            number: MessageNumber::new(last + 1).map_err(StoreError::new)?,
            revision: Revision::new(last + 1).map_err(StoreError::new)?,
            request_id: RequestId::random().map_err(StoreError::new)?,
        }))
    }
}

impl ReadCounters for Planted<Counters> {
    async fn last_chat(&self, application: &ApplicationId) -> Result<Option<u64>, StoreError> {
        self.port.last_chat(application).await
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.port.last_message(chat).await
    }
}
