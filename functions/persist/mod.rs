//! The queue of writes (`writes.fifo`), to the tables, the counts and the index.

mod aws;
mod batch;
mod breaker;
mod group;
mod indexing;
mod messages;
mod outcome;
mod ports;

use sqs_queues::{Delivery, HandleBatch};

pub use aws::Aws;
pub use indexing::Indexing;
pub use ports::{Handler, PortTypes};

impl<T: PortTypes> HandleBatch for Handler<T> {
    const NAME: &'static str = "persist";

    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String> {
        // Boxed, because the nested futures exceed the compiler's recursion limit otherwise.
        Box::pin(batch::apply(self, deliveries)).await
    }
}

#[cfg(test)]
mod tests;
