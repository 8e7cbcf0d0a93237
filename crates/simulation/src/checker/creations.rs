use std::collections::HashMap;

use super::client_write::ClientWrite;
use crate::history::{Operation, Outcome};

/// The creations in one parent.
#[derive(Debug, Default)]
pub(super) struct Creations<'h> {
    all: Vec<ClientWrite<'h>>,
    by_number: HashMap<u64, usize>,
    unknown: Vec<usize>,
    unused_numbers: u64,
}

impl<'h> Creations<'h> {
    /// A write with all its attempts.
    pub(super) fn push(&mut self, write: ClientWrite<'h>) {
        if let Some(number) = write.number() {
            self.by_number.insert(number, self.all.len());
        }
        if write.is_unknown() {
            self.unknown.push(self.all.len());
        }
        self.unused_numbers += write.attempts().map(|attempt| u64::from(may_skip(attempt))).sum::<u64>();
        self.all.push(write);
    }

    pub(super) fn all(&self) -> &[ClientWrite<'h>] {
        &self.all
    }

    /// The creation that was accepted with this number.
    pub(super) fn numbered(&self, number: u64) -> Option<&ClientWrite<'h>> {
        self.by_number.get(&number).and_then(|position| self.all.get(*position))
    }

    /// The numbers that were accepted, in any order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.by_number.keys().copied()
    }

    /// Those with an unknown outcome.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &ClientWrite<'h>> {
        self.unknown.iter().filter_map(|position| self.all.get(*position))
    }

    /// How many numbers may be unused, because an attempt allocated one and was not accepted.
    pub(super) fn unused_numbers(&self) -> u64 {
        self.unused_numbers
    }
}

/// Whether the attempt may have allocated a number without using it. A function allocates while it checks the token, and
/// undoes that unless it dies or another request allocates the next number meanwhile.
fn may_skip(attempt: &Operation) -> bool {
    match &attempt.outcome {
        Outcome::Ok(_) => false,
        Outcome::Refused { status, code } => *status != 429 && &**code != "chat_not_found",
        Outcome::Unknown(_) => true,
    }
}
