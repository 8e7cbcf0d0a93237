use serde_json::{Value, json};

use crate::recording::Call;

/// An HTTP reply with JSON for a body, or none if that is null.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    /// An error in the form of AWS's JSON protocols.
    #[must_use]
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self { status, body: json!({ "__type": kind, "message": message }) }
    }
}

/// A call and what the caller gets for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub call: Call,
    /// `None` if a fault ends the connection without a reply.
    pub reply: Option<Reply>,
}
