use conversation::ports::{
    BuryRecords, CloseChats, CountMessages, DeleteApplications, FindDeletedApplications, ForgetLedgers,
    IndexMessages, ListUnsweptChats, QueueSweeps, StoreChats, SweepMessages,
};
use conversation::{ApplicationId, ChatId};

/// The types of sweep's ports, as one parameter.
pub trait PortTypes: Send + Sync {
    type DeletedApplications: DeleteApplications + FindDeletedApplications + ForgetLedgers<ApplicationId>;
    type Chats: StoreChats + CountMessages + ForgetLedgers<ChatId> + ListUnsweptChats;
    type Messages: SweepMessages;
    type Counters: CloseChats;
    type Index: IndexMessages;
    /// For sweeps that continue.
    type Sweeps: QueueSweeps;
    type DeadLetters: BuryRecords;
}

/// Removes what is left of deleted chats and applications.
#[derive(Debug)]
pub struct Handler<T: PortTypes> {
    pub deleted_applications: T::DeletedApplications,
    pub chats: T::Chats,
    pub messages: T::Messages,
    pub counters: T::Counters,
    pub index: T::Index,
    pub sweeps: T::Sweeps,
    pub dead_letters: T::DeadLetters,
}
