//! The ports of `create-message` with bugs.

use anyhow::Result;
use conversation::ports::{
    AllocateNumbers, AllocatedNumber, Claim, Decision, KeepIdempotencyKeys, KeyedRequest, ReadCounters,
    SendWrites, StoreError, WriteError,
};
use conversation::{ApplicationId, ChatId, MessageNumber, RequestId, Timestamp, Write};
use dynamodb_tables::{Counters, IdempotencyKeys, TokenVersions};
use function_environment::Environment;
use functions::create_message::Handler;
use http_api::{Access, Authenticator};
use sqs_queues::WriteQueue;

use super::{Bug, Planted};

/// A bug that strikes now and then strikes at the multiples of this number.
const SOME: u64 = 10;

type PlantedHandler =
    Handler<TokenVersions, Planted<IdempotencyKeys>, Planted<Counters>, Planted<WriteQueue>>;

pub(super) fn handler(environment: &Environment, bug: Bug) -> Result<PlantedHandler> {
    let authenticator = Authenticator::from_variables(&environment.variables)?;
    Ok(Handler {
        access: Access::new(authenticator, TokenVersions::from_environment(environment)?),
        keys: Planted { port: IdempotencyKeys::from_environment(environment)?, bug },
        counters: Planted { port: Counters::from_environment(environment)?, bug },
        queue: Planted { port: WriteQueue::from_environment(environment)?, bug },
    })
}

impl SendWrites for Planted<WriteQueue> {
    async fn send(&self, write: &Write) -> Result<(), WriteError> {
        let is_struck = write.message().is_some_and(|number| number.get().is_multiple_of(SOME));
        if self.bug == Bug::AcknowledgesUnsent && is_struck {
            return Ok(());
        }
        match self.port.send(write).await {
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
    ) -> Result<Option<AllocatedNumber<MessageNumber>>, StoreError> {
        let last = match self.bug {
            Bug::ReadsBeforeAllocating => self.port.last_message(chat).await?,
            _ => None,
        };
        let Some(allocated) = self.port.allocate_number(chat).await? else { return Ok(None) };
        if self.bug == Bug::ReleasesUsedNumbers && allocated.number.get().is_multiple_of(SOME) {
            self.port.release_number(chat, &allocated).await?;
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

impl ReadCounters for Planted<Counters> {
    async fn last_chat(&self, application: &ApplicationId) -> Result<Option<u64>, StoreError> {
        self.port.last_chat(application).await
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.port.last_message(chat).await
    }
}

impl KeepIdempotencyKeys for Planted<IdempotencyKeys> {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        let claim = self.port.claim(request, attempt_id, now).await?;
        Ok(match claim {
            Claim::Held { .. } | Claim::Completed(_) if self.bug == Bug::ForgetsKeys => {
                Claim::Held { recorded: None }
            }
            claim => claim,
        })
    }

    async fn record<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        decision: &D,
    ) -> Result<bool, StoreError> {
        let is_recorded = self.port.record(request, attempt_id, decision).await?;
        Ok(is_recorded || self.bug == Bug::ForgetsKeys)
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        self.port.complete(request, decision).await
    }

    async fn release(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<(), StoreError> {
        self.port.release(request, attempt_id).await
    }

    async fn forget(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<bool, StoreError> {
        self.port.forget(request, attempt_id).await
    }
}
