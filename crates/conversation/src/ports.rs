//! What the functions need from the outside, one capability a trait.
//!
//! A function's ports and its IAM policy say the same. Each port has one suite of contract tests,
//! run against its [fake](crate::fake) and against the real service.

mod counting;
mod failure;
mod numbering;
mod queueing;
mod reading;
mod searching;
mod storing;

pub use counting::{CountChats, CountMessages, Counted};
pub use failure::{SendError, StoreError};
pub use numbering::{
    Allocation, CloseChats, NumberChats, NumberMessages, OpenChats, ReadCounters, ReviseChats,
    ReviseMessages, Turn, UnopenChats,
};
pub use queueing::{BuryRecords, DeferIndexing, SendWrites};
pub use reading::{ApplicationCursor, ReadApplications, ReadChats, ReadCurrent, ReadMessages};
pub use searching::{HitCursor, IndexMessages, SearchMessages};
pub use storing::{
    Applied, CreateApplications, RenameApplications, StoreChats, StoreMessages, SweepMessages,
};
