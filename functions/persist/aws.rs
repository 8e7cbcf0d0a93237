use dynamodb_tables::{Applications, Chats, Counters, DeletedApplications, Messages};
use function_environment::Environment;
use opensearch_index::{ClientError, MessageIndex};
use sqs_queues::{DeadLetterQueue, IndexQueue, WriteQueue};

use super::indexing::Indexing;
use super::ports::{Handler, PortTypes};

/// Persist's ports on AWS.
#[derive(Debug)]
pub struct Aws;

impl PortTypes for Aws {
    type Applications = Applications;
    type DeletedApplications = DeletedApplications;
    type Chats = Chats;
    type Messages = Messages;
    type Counters = Counters;
    type Writes = WriteQueue;
    type Index = MessageIndex;
    type IndexQueue = IndexQueue;
    type DeadLetters = DeadLetterQueue;
}

impl Handler<Aws> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        Ok(Self {
            applications: Applications::from_environment(environment)?,
            deleted_applications: DeletedApplications::from_environment(environment)?,
            chats: Chats::from_environment(environment)?,
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            writes: WriteQueue::from_environment(environment)?,
            indexing: Indexing {
                index: MessageIndex::from_environment(environment)?,
                queue: IndexQueue::from_environment(environment)?,
            },
            dead_letters: DeadLetterQueue::from_environment(environment)?,
        })
    }
}
