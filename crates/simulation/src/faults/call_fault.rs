use std::time::Duration;

/// What goes wrong with one call to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFault {
    /// No connection is made, so the call is certainly not sent.
    Refused,
    /// The connection breaks before the call has an effect.
    NotReceived,
    /// The call has its effect, but the connection breaks before the reply.
    ReplyLost,
    /// The service refuses the call: too many requests.
    Throttled,
    /// The service replies with a 5xx; the call has no effect.
    ServerError,
    /// The service replies with a 5xx; the call has its effect.
    /// Source: "Error handling with DynamoDB" in the Amazon DynamoDB developer guide, on status 500: a write may have
    /// succeeded or failed.
    ServerErrorAfterEffect,
    /// Nobody replies; the call has no effect.
    Silent,
    /// Nobody replies in time; the call has its effect after this delay.
    Late(Duration),
}

const REPLY_LOST: &str = "reply lost after the effect";
const SERVER_ERROR_AFTER_EFFECT: &str = "5xx after the effect";
const LATE: &str = "no reply, late effect";
/// The name of a call that took longer than the caller waits, in the counts of faults.
pub(super) const SLOW: &str = "slow call";

/// The faults after which a caller does not know that its call had an effect, as the counts of faults name them.
pub(crate) const EFFECT_HIDDEN: [&str; 4] = [REPLY_LOST, SERVER_ERROR_AFTER_EFFECT, LATE, SLOW];

impl CallFault {
    /// Its name in the counts of faults.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::NotReceived => "call not received",
            Self::ReplyLost => REPLY_LOST,
            Self::Throttled => "call throttled",
            Self::ServerError => "5xx",
            Self::ServerErrorAfterEffect => SERVER_ERROR_AFTER_EFFECT,
            Self::Silent => "no reply, no effect",
            Self::Late(_) => LATE,
        }
    }

    /// Whether the call has its effect nevertheless.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, Self::ReplyLost | Self::ServerErrorAfterEffect | Self::Late(_))
    }
}
