//! What the functions need from the outside, one capability a trait.
//!
//! Each port has one suite of contract tests, which runs against its fake (feature `fakes`) and against the real service.
//! A limit that a port promises is a constant beside the port.

mod applications;
mod counters;
mod counts;
pub(crate) mod errors;
mod idempotency_keys;
mod index;
mod queues;
mod reads;
mod stores;

pub use applications::{
    ApplicationCursor, CreateApplications, DeleteApplications, DisableApplications, FindDeletedApplications,
    LastRotation, ReadApplications, ReadTokenVersions, RenameApplications, RenameOutcome, RotateTokens,
    RotationOutcome,
};
pub use counters::{
    AllocateNumbers, AllocatedNumber, CloseChats, MAX_PENDING, OpenChats, PENDING_EXEMPTION, Parent,
    RaiseLimits, ReadCounters, ReservationError, ReserveRevisions, ReservedRevision, UndoOpenChats,
};
pub use counts::{CountChats, CountMessages, CountOutcome, ForgetLedgers};
pub(crate) use errors::error_chain;
pub use errors::{StoreError, WriteError};
pub use idempotency_keys::{Claim, Decision, KEY_HOLD, KEY_RETENTION, KeepIdempotencyKeys, KeyedRequest};
pub use index::{
    HitCursor, INDEX_STATE_TTL, IndexMessages, ReadIndexState, RecordFirstIndex, SearchMessages,
};
pub use queues::{BuryRecords, DeferIndexing, QueueSweeps, SendWrites};
pub use reads::{
    CURRENT_BATCH, FindLaterMessages, LATER_ROWS, ReadChats, ReadCurrentBatches, ReadCurrentMessages,
    ReadMessages,
};
pub use stores::{
    AppliedWrite, CreationOutcome, ListUnsweptChats, SWEEP_PAGE, SWEPT_ROW_RETENTION, StoreChats,
    StoreMessages, SweepMessages, UnsweptChats, UnsweptMessages,
};
