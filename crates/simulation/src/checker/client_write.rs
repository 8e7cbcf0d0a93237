use std::time::Duration;

use crate::history::{Operation, Outcome, Reply, Request};

/// One write that a client wants: a single attempt, or all attempts under one `Idempotency-Key`.
#[derive(Debug, Clone)]
pub(super) struct ClientWrite<'h> {
    pub(super) request: &'h Request,
    /// At least one.
    pub(super) attempts: Vec<&'h Operation>,
}

impl<'h> ClientWrite<'h> {
    /// The attempt that was first accepted.
    pub(super) fn accepted(&self) -> Option<&'h Operation> {
        let accepted = self.attempts.iter().copied().filter(|attempt| attempt.is_accepted());
        accepted.min_by_key(|attempt| attempt.end)
    }

    /// Whether the write may have taken effect, although no attempt was accepted.
    pub(super) fn is_unknown(&self) -> bool {
        let is_unknown = |attempt: &&Operation| matches!(attempt.outcome, Outcome::Unknown(_));
        self.accepted().is_none() && self.attempts.iter().any(is_unknown)
    }

    /// When it was first sent.
    pub(super) fn start(&self) -> Duration {
        self.attempts.iter().map(|attempt| attempt.start).min().unwrap_or_default()
    }

    /// The number that the first accepted attempt returned, of a chat or a message.
    pub(super) fn number(&self) -> Option<u64> {
        self.accepted().and_then(Operation::number)
    }

    /// The name or body that it writes; empty if it writes none.
    pub(super) fn value(&self) -> &'h str {
        match self.request {
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

    /// The number that the reply shows.
    pub(super) fn number(&self) -> Option<u64> {
        match &self.outcome {
            Outcome::Ok(Reply::Chat(number) | Reply::Message { number, .. }) => Some(*number),
            _ => None,
        }
    }
}
