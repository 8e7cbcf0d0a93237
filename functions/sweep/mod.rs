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
use conversation::{Sweep, error_chain};
use sqs_queues::{Delivery, HandleBatch, decode_sweep};
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
        let mut failed = Vec::new();
        for delivery in deliveries {
            // Boxed, because the nested futures exceed the compiler's recursion limit otherwise.
            if let Err(error) = Box::pin(self.sweep(delivery, deadline)).await {
                let (message_id, cause) = (&delivery.message_id, error_chain(&error));
                tracing::warn!(target: "chatlog", message_id, cause, "could not sweep; the record will be delivered again");
                failed.push(message_id.clone());
            }
        }
        failed
    }
}

impl<T: PortTypes> Handler<T> {
    async fn sweep(&self, delivery: &Delivery, deadline: Instant) -> Result<(), StoreError> {
        match decode_sweep(&delivery.record) {
            Ok(Sweep::Application(sweep)) => {
                if self.delete_application(&sweep).await? {
                    self.sweep_application(sweep, deadline).await
                } else {
                    let reason = "its application was not deleted";
                    self.bury(delivery, reason, reason).await
                }
            }
            Ok(Sweep::Chat(sweep)) => {
                let is_deleted = self.chats.versioned_ledger(&sweep.id).await?.is_none();
                if is_deleted {
                    self.sweep_chat(sweep, deadline).await
                } else {
                    let reason = "its chat was not deleted";
                    self.bury(delivery, reason, reason).await
                }
            }
            // A function of that release will read it.
            Err(unreadable) if unreadable.is_newer() => Err(StoreError::new(unreadable)),
            Err(unreadable) => self.bury(delivery, unreadable.full_reason(), &unreadable.to_string()).await,
        }
    }

    /// Moves a record to the dead-letter queue with `full_reason`, which may quote the record. The log gets `reason`.
    async fn bury(&self, delivery: &Delivery, full_reason: &str, reason: &str) -> Result<(), StoreError> {
        let Delivery { message_id, group, record, .. } = delivery;
        self.dead_letters.bury(message_id, group, record, full_reason).await?;
        tracing::error!(target: "chatlog", message_id, reason, "moved a sweep that can never be made to the dead-letter queue");
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
