use conversation::ports::{
    BuryRecords, CloseChats, CountChats, CountMessages, DeferIndexing, FindDeletedApplications,
    IndexMessages, OpenChats, QueueSweeps, RaiseLimits, StoreChats, StoreMessages, SweepMessages,
};

use super::indexing::Indexing;

/// The types of persist's ports, as one parameter.
pub trait PortTypes: Send + Sync {
    type Applications: CountChats;
    type DeletedApplications: FindDeletedApplications;
    type Chats: StoreChats + CountMessages;
    type Messages: StoreMessages + SweepMessages;
    type Counters: OpenChats + CloseChats + RaiseLimits;
    type Index: IndexMessages;
    type IndexQueue: DeferIndexing;
    type Sweeps: QueueSweeps;
    type DeadLetters: BuryRecords;
}

/// Applies accepted writes to the tables, the counts and the index.
#[derive(Debug)]
pub struct Handler<T: PortTypes> {
    pub applications: T::Applications,
    pub deleted_applications: T::DeletedApplications,
    pub chats: T::Chats,
    pub messages: T::Messages,
    pub counters: T::Counters,
    pub indexing: Indexing<T::Index, T::IndexQueue>,
    pub sweeps: T::Sweeps,
    pub dead_letters: T::DeadLetters,
}
