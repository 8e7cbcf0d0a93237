use std::marker::PhantomData;

use conversation::ports::IndexMessages;
use dynamodb_tables::{Chats, Counters, DeletedApplications, IndexStates, Messages};
use function_environment::{ConfigError, Environment};
use opensearch_index::{ClientError, MessageIndex};
use sqs_queues::{DeadLetterQueue, SweepQueue};

use super::ports::{Handler, PortTypes};

/// Sweep's ports on AWS, with an index.
#[derive(Debug)]
pub struct Aws<Index = MessageIndex<IndexStates>>(PhantomData<Index>);

impl<Index: IndexMessages> PortTypes for Aws<Index> {
    type DeletedApplications = DeletedApplications;
    type Chats = Chats;
    type Messages = Messages;
    type Counters = Counters;
    type Index = Index;
    type Sweeps = SweepQueue;
    type DeadLetters = DeadLetterQueue;
}

impl Handler<Aws> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        let index = MessageIndex::from_environment(environment, IndexStates::from_environment(environment)?)?;
        Ok(Self::with_index(environment, index)?)
    }
}

impl<Index: IndexMessages> Handler<Aws<Index>> {
    /// All ports but the index come from the environment.
    pub fn with_index(environment: &Environment, index: Index) -> Result<Self, ConfigError> {
        Ok(Self {
            deleted_applications: DeletedApplications::from_environment(environment)?,
            chats: Chats::from_environment(environment)?,
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            index,
            sweeps: SweepQueue::from_environment(environment)?,
            dead_letters: DeadLetterQueue::of_sweeps(environment)?,
        })
    }
}
