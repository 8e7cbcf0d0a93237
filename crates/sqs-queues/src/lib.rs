//! The queue of accepted writes and its dead-letter queue in Amazon SQS, behind the ports of
//! [`conversation`].

mod dead_letters;
mod outcome;
mod writes;

pub use dead_letters::DeadLetterQueue;
pub use writes::WriteQueue;
