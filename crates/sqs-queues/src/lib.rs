//! The queues in Amazon SQS, behind the ports of [`conversation`]: accepted writes, their dead
//! letters, and messages to be indexed later.

mod dead_letters;
mod delivery;
mod index_requests;
mod random_id;
mod writes;

pub use dead_letters::DeadLetterQueue;
pub use delivery::{Delivery, deliveries, response};
pub use index_requests::IndexQueue;
pub use writes::WriteQueue;
