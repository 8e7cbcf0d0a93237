//! The queues in Amazon SQS: behind the ports of [`conversation`] to send to them, and as batches of records that Lambda's
//! event sources deliver to a function. The form of the records is here too.
//!
//! | queue | records | group |
//! |---|---|---|
//! | writes | accepted writes ([`encode_write`]) | the chat, or the application that is deleted |
//! | dead letters of writes | writes that can never be applied | as in the queue of writes |
//! | index requests | index changes to be made later ([`encode_index_request`]) | none |
//! | sweeps | what is left to remove of deleted chats and applications ([`decode_sweep`]) | none |
//! | dead letters of sweeps | sweeps that can never be made | none |
//!
//! The first two are FIFO queues: a group's records arrive in the order in which they were sent. The others are
//! standard queues: their records arrive in any order, some of them twice.

mod batch_log;
mod batches;
mod buried_records;
mod dead_letters;
mod delivery;
mod index_request_record;
mod index_requests;
mod queue_size;
mod source_queue;
mod standard_queue;
mod subject;
mod sweeps;
mod unreadable_record;
mod write_record;
mod writes;

pub use batch_log::{RecordLog, RecordOutcome, log_batch};
pub use batches::{BATCH_TIME, Consumer, Error, HandleBatch, serve};
pub use buried_records::{BuriedRecord, BuriedRecords};
pub use dead_letters::DeadLetterQueue;
pub use delivery::Delivery;
pub use index_request_record::{decode_index_request, encode_index_request};
pub use index_requests::IndexQueue;
pub use queue_size::QueueSize;
pub use source_queue::SourceQueue;
pub use subject::Subject;
pub use sweeps::{SweepQueue, decode_sweep};
pub use unreadable_record::UnreadableRecord;
pub use write_record::{decode_write, encode_write};
pub use writes::WriteQueue;

#[cfg(test)]
mod tests {
    use aws_types::SdkConfig;
    use function_environment::{Environment, Variables};

    use super::*;

    #[test]
    fn a_missing_variable_is_named_with_its_meaning() {
        let environment =
            Environment { variables: Variables::from_iter([("", "")]), sdk: SdkConfig::builder().build() };
        let errors = [
            WriteQueue::from_environment(&environment).unwrap_err(),
            DeadLetterQueue::of_writes(&environment).unwrap_err(),
            DeadLetterQueue::of_sweeps(&environment).unwrap_err(),
            IndexQueue::from_environment(&environment).unwrap_err(),
            SweepQueue::from_environment(&environment).unwrap_err(),
            SourceQueue::from_environment(&environment).unwrap_err(),
        ];
        assert_eq!(
            errors.map(|error| error.to_string()),
            [
                "environment variable WRITES_QUEUE_URL is not set: set it to the URL of the queue of writes",
                "environment variable WRITES_DLQ_URL is not set: set it to the URL of the dead-letter queue of writes",
                "environment variable SWEEPS_DLQ_URL is not set: set it to the URL of the dead-letter queue of sweeps",
                "environment variable INDEX_QUEUE_URL is not set: set it to the URL of the queue of index requests",
                "environment variable SWEEPS_QUEUE_URL is not set: set it to the URL of the queue of sweeps",
                "environment variable SOURCE_QUEUE_URL is not set: set it to the URL of the queue whose records invoke the function",
            ]
        );
    }
}
