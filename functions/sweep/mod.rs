//! The queue of sweeps (`sweeps`): what is left of deleted chats and applications leaves index and tables.
//!
//! Nobody waits for a sweep: what it removes cannot be read any more. So it has a queue of its own and takes little of the
//! account's concurrency.

mod application;
mod aws;
mod chat;
mod ports;

use std::time::Duration;

use conversation::ports::{BuryRecords as _, CountMessages as _, StoreError};
use conversation::{Sweep, Timestamp, error_chain};
use sqs_queues::{
    Delivery, HandleBatch, RecordLog, RecordOutcome, Subject, UnreadableRecord, decode_sweep, log_batch,
};
use tokio::time::Instant;

pub use aws::Aws;
pub use ports::{Handler, PortTypes};

/// How long a batch sweeps before it queues sweeps that continue. The rest of its time is for the pages that are being
/// swept.
const TIME: Duration = Duration::from_secs(4);

impl<T: PortTypes> HandleBatch for Handler<T> {
    const NAME: &'static str = "sweep";

    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String> {
        let deadline = Instant::now() + TIME;
        let mut records = Vec::new();
        for delivery in deliveries {
            let sweep = decode_sweep(&delivery.record);
            let subject = sweep.as_ref().map(Subject::from).unwrap_or_default();
            // Boxed, because the nested futures exceed the compiler's recursion limit otherwise.
            let swept = Box::pin(self.sweep(delivery, sweep, deadline)).await;
            let outcome = swept.unwrap_or_else(|error| {
                let (message_id, cause) = (&delivery.message_id, error_chain(&error));
                let Subject { application, chat, .. } = &subject;
                tracing::warn!(target: "chatlog", message_id, application, chat, cause, "could not sweep; the record will be delivered again");
                RecordOutcome::Failed
            });
            records.push(RecordLog { delivery, subject, outcome, is_index_deferred: false });
        }
        log_batch("swept", None, &records)
    }
}

impl<T: PortTypes> Handler<T> {
    async fn sweep(
        &self,
        delivery: &Delivery,
        sweep: Result<Sweep, UnreadableRecord>,
        deadline: Instant,
    ) -> Result<RecordOutcome, StoreError> {
        match sweep {
            Ok(Sweep::Application(sweep)) => {
                if !self.delete_application(&sweep).await? {
                    let reason = "its application was not deleted";
                    return self.bury(delivery, reason, reason).await;
                }
                self.sweep_application(sweep, deadline).await?;
            }
            Ok(Sweep::Chat(sweep)) => {
                let is_deleted = self.chats.versioned_ledger(&sweep.id).await?.is_none();
                if !is_deleted {
                    let reason = "its chat was not deleted";
                    return self.bury(delivery, reason, reason).await;
                }
                self.sweep_chat(sweep, deadline).await?;
            }
            // A function of that release will read it.
            Err(unreadable) if unreadable.is_newer() => return Err(StoreError::new(unreadable)),
            Err(unreadable) => {
                return self.bury(delivery, unreadable.full_reason(), &unreadable.to_string()).await;
            }
        }
        Ok(RecordOutcome::Done { millis: delivery.millis_until(Timestamp::now()) })
    }

    /// Moves a record to the dead-letter queue with `full_reason`, which may quote the record. The log gets `reason`.
    async fn bury(
        &self,
        delivery: &Delivery,
        full_reason: &str,
        reason: &str,
    ) -> Result<RecordOutcome, StoreError> {
        let Delivery { message_id, group, record, .. } = delivery;
        self.dead_letters.bury(message_id, group, record, full_reason).await?;
        tracing::error!(target: "chatlog", message_id, reason, "moved a sweep that can never be made to the dead-letter queue");
        Ok(RecordOutcome::Buried)
    }
}

#[cfg(test)]
pub(crate) mod tests;
