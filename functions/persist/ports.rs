use conversation::ports::{
    BuryRecords, CloseChats, CountChats, CountMessages, DeferIndexing, DeleteApplications, IndexMessages,
    OpenChats, SendWrites, StoreChats, StoreMessages, SweepChats, SweepMessages,
};

use super::indexing::Indexing;

/// The types of persist's ports, as one parameter.
pub trait PortTypes: Send + Sync {
    type Applications: CountChats;
    type DeletedApplications: DeleteApplications;
    type Chats: StoreChats + CountMessages + SweepChats;
    type Messages: StoreMessages + SweepMessages;
    type Counters: OpenChats + CloseChats;
    /// For records by which a long sweep continues in another delivery.
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
