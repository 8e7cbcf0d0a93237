//! Bugs on purpose, to see that the checker finds them. Only for tests: feature `planted-bugs`.
//!
//! Each is a wrapper around ports of one function. The function's own code stays as it is.

mod create_message;
mod idempotency_keys;
mod persist;
mod sweep;

use std::cell::Cell;
use std::sync::Arc;

use anyhow::Result;
use function_environment::Environment;

use crate::checker::Rule;
use crate::lambda::{Program, consumer};
use crate::services::index::Index;

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// `create-message` does not send every tenth write, but reports success.
    AcknowledgesUnsent,
    /// `create-message` takes a lost reply of the queue as a refusal, and reuses the number.
    TakesUnknownAsRefused,
    /// `create-message` reads the next number and allocates it afterwards.
    ReadsBeforeAllocating,
    /// `create-message` sends the write with the number that should be next, and allocates it afterwards.
    SendsBeforeAllocating,
    /// `create-message` allocates two numbers for every tenth message.
    WastesNumbers,
    /// `create-message` releases every tenth number, although it uses it.
    ReleasesUsedNumbers,
    /// `create-message` does not remember what it decided under an `Idempotency-Key`.
    ForgetsKeys,
    /// `persist` reports no failed records.
    DropsFailures,
    /// `persist` counts without asking the ledger, so a record counts at each delivery.
    CountsTwice,
    /// `persist` skips the condition by which the newer of two updates stays: the older one stays.
    AppliesUpdatesOutOfOrder,
    /// `sweep` leaves the messages of a deleted chat.
    KeepsMessagesOfDeletedChats,
    /// `persist` and `sweep` do not remove deleted messages from the index.
    LosesRemovals,
}

impl Bug {
    /// The rules that show it: each run that has the bug breaks at least one of them, if it breaks any.
    #[must_use]
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::AcknowledgesUnsent | Self::DropsFailures => &[Rule::AcceptedWriteLost],
            Self::TakesUnknownAsRefused => &[
                Rule::RefusedWriteApplied,
                Rule::NumberRepeated,
                Rule::WrongContent,
                // The next creation finds its number taken.
                Rule::DeadLettered,
            ],
            Self::ReadsBeforeAllocating | Self::SendsBeforeAllocating | Self::ReleasesUsedNumbers => {
                &[Rule::NumberRepeated]
            }
            Self::WastesNumbers => &[Rule::NumbersSkipped],
            Self::ForgetsKeys => &[Rule::AppliedTwice],
            Self::CountsTwice => &[Rule::CountDiffers],
            Self::AppliesUpdatesOutOfOrder => &[Rule::WritesOutOfOrder, Rule::AcceptedWriteLost],
            Self::KeepsMessagesOfDeletedChats => &[Rule::DeletedIsBack],
            Self::LosesRemovals => &[Rule::IndexDiffers],
        }
    }
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in the functions that start on this thread from now on, or none.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// A port with the bug.
#[derive(Debug)]
struct Planted<Port> {
    port: Port,
    bug: Bug,
}

/// The program of a function with the planted bug; `None` if it has none.
pub(crate) fn program(name: &str, environment: &Environment, index: &Index) -> Result<Option<Program>> {
    let Some(bug) = PLANTED.get() else { return Ok(None) };
    Ok(match (name, bug) {
        (
            "create-message",
            Bug::AcknowledgesUnsent
            | Bug::TakesUnknownAsRefused
            | Bug::ReadsBeforeAllocating
            | Bug::SendsBeforeAllocating
            | Bug::WastesNumbers
            | Bug::ReleasesUsedNumbers
            | Bug::ForgetsKeys,
        ) => Some(Program::Api(Arc::new(create_message::handler(environment, bug)?))),
        (
            "persist",
            Bug::DropsFailures | Bug::CountsTwice | Bug::AppliesUpdatesOutOfOrder | Bug::LosesRemovals,
        ) => Some(consumer(environment, persist::handler(environment, index, bug)?)?),
        ("sweep", Bug::KeepsMessagesOfDeletedChats | Bug::LosesRemovals) => {
            Some(consumer(environment, sweep::handler(environment, index, bug)?)?)
        }
        _ => None,
    })
}
