use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::history::{History, Operation, Outcome, Reply, Request};

/// One write that a client wants: a single attempt, or all attempts under one `Idempotency-Key`.
///
/// Most writes have one attempt, which takes no memory besides the write itself.
#[derive(Debug, Clone)]
pub(super) struct ClientWrite<'h> {
    first: &'h Operation,
    repeated: Vec<&'h Operation>,
}

impl<'h> ClientWrite<'h> {
    /// The writes of a history. Attempts under one key belong together if they ask for the same thing.
    pub(super) fn all(history: &'h History) -> Vec<Self> {
        let mut writes: Vec<Self> = Vec::with_capacity(history.operations.len());
        let mut by_key: HashMap<(&Arc<str>, &Request), usize> = HashMap::new();
        for operation in &history.operations {
            let next = writes.len();
            let position = operation
                .idempotency_key
                .as_ref()
                .map_or(next, |key| *by_key.entry((key, &operation.request)).or_insert(next));
            match writes.get_mut(position) {
                Some(write) => write.repeat(operation),
                None => writes.push(Self::new(operation)),
            }
        }
        writes
    }

    fn new(first: &'h Operation) -> Self {
        Self { first, repeated: Vec::new() }
    }

    fn repeat(&mut self, attempt: &'h Operation) {
        self.repeated.push(attempt);
    }

    pub(super) fn request(&self) -> &'h Request {
        &self.first.request
    }

    /// At least one, in the order in which they ended.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &'h Operation> + Clone {
        std::iter::once(self.first).chain(self.repeated.iter().copied())
    }

    pub(super) fn is_repeated(&self) -> bool {
        !self.repeated.is_empty()
    }

    /// The attempt that was first accepted.
    pub(super) fn accepted(&self) -> Option<&'h Operation> {
        self.attempts().filter(|attempt| attempt.is_accepted()).min_by_key(|attempt| attempt.end)
    }

    /// Whether the write may have taken effect, although no attempt was accepted.
    pub(super) fn is_unknown(&self) -> bool {
        self.accepted().is_none() && self.attempts().any(|attempt| !attempt.is_refused())
    }

    /// Whether the write certainly has no effect.
    pub(super) fn is_refused(&self) -> bool {
        self.attempts().all(Operation::is_refused)
    }

    /// When it was first sent.
    pub(super) fn start(&self) -> Duration {
        self.attempts().map(|attempt| attempt.start).min().unwrap_or_default()
    }

    /// The number that the first accepted attempt returned, of a chat or a message.
    pub(super) fn number(&self) -> Option<u64> {
        self.accepted().and_then(Operation::number)
    }

    /// The name or body that it writes; empty if it writes none.
    pub(super) fn value(&self) -> &'h str {
        match self.request() {
            Request::CreateApplication { name: value }
            | Request::RenameApplication { name: value, .. }
            | Request::CreateMessage { body: value, .. }
            | Request::UpdateMessage { body: value, .. } => value,
            Request::DeleteApplication { .. }
            | Request::RotateToken { .. }
            | Request::CreateChat { .. }
            | Request::DeleteChat { .. }
            | Request::DeleteMessage { .. } => "",
        }
    }
}

impl Operation {
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.outcome, Outcome::Ok(_))
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused { .. })
    }

    /// The number that the reply shows.
    pub(super) fn number(&self) -> Option<u64> {
        match &self.outcome {
            Outcome::Ok(Reply::Chat(number) | Reply::Message { number, .. }) => Some(*number),
            _ => None,
        }
    }
}
