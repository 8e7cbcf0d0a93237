//! `sweep` with bugs in its ports.

use anyhow::Result;
use dynamodb_tables::{Chats, Counters, DeletedApplications, Messages};
use function_environment::Environment;
use functions::sweep::{Aws, Handler, PortTypes};
use sqs_queues::{DeadLetterQueue, SweepQueue};

use super::{Bug, Planted};
use crate::services::index::Index;

/// Sweep's ports with a bug.
#[derive(Debug)]
pub(super) struct PlantedPorts;

impl PortTypes for PlantedPorts {
    type DeletedApplications = DeletedApplications;
    type Chats = Chats;
    type Messages = Planted<Messages>;
    type Counters = Counters;
    type Index = Planted<Index>;
    type Sweeps = SweepQueue;
    type DeadLetters = DeadLetterQueue;
}

pub(super) fn handler(environment: &Environment, index: &Index, bug: Bug) -> Result<Handler<PlantedPorts>> {
    let correct = Handler::<Aws<Index>>::with_index(environment, index.clone())?;
    Ok(Handler {
        deleted_applications: correct.deleted_applications,
        chats: correct.chats,
        messages: Planted { port: correct.messages, bug },
        counters: correct.counters,
        index: Planted { port: correct.index, bug },
        sweeps: correct.sweeps,
        dead_letters: correct.dead_letters,
    })
}
