/// A field or parameter that is at fault, and the sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Everything that can keep a request from succeeding, as the client is told of it.
///
/// What went wrong inside (an AWS error, say) is logged where it happens and never part of this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    MalformedJson {
        detail: String,
    },
    MalformedParameter {
        errors: Vec<FieldError>,
    },
    AdminKeyRequired,
    ApplicationNotFound,
    ChatNotFound,
    MessageNotFound,
    /// The number was allocated; the row is on its way.
    NotStoredYet,
    BodyTooLarge {
        errors: Vec<FieldError>,
    },
    UnsupportedMediaType,
    InvalidFields {
        errors: Vec<FieldError>,
    },
    Internal,
    /// Nothing was accepted; trying again later is safe.
    TemporarilyUnavailable,
    /// The queue's answer was lost: the write may have been accepted, or not.
    OutcomeUnknown,
}
