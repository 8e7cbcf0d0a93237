use conversation::ports::{
    BuryRecords, CloseChats, CountChats, CountMessages, DeferIndexing, DeleteApplications,
    FindDeletedApplications, IndexMessages, ListUnsweptChats, OpenChats, RaiseLimits, SendWrites, StoreChats,
    StoreMessages, SweepMessages,
};

use super::indexing::Indexing;

/// The types of persist's ports, as one parameter.
pub trait PortTypes: Send + Sync {
    type Applications: CountChats;
    type DeletedApplications: DeleteApplications + FindDeletedApplications;
    type Chats: StoreChats + CountMessages + ListUnsweptChats;
    type Messages: StoreMessages + SweepMessages;
    type Counters: OpenChats + CloseChats + RaiseLimits;
    /// For records that continue a sweep or the deletion of an application.
    type Writes: SendWrites;
    type Index: IndexMessages;
    type IndexQueue: DeferIndexing;
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
    pub writes: T::Writes,
    pub indexing: Indexing<T::Index, T::IndexQueue>,
    pub dead_letters: T::DeadLetters,
}
