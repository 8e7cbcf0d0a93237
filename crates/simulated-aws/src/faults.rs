use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::recording::Call;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before the call has an effect.
    NotReceived,
    /// The call has its effect, but the connection ends before the reply.
    ReplyLost,
    /// The service refuses the call: too many requests.
    Throttled,
    /// The service replies with a 5xx; the call has no effect.
    ServerError,
}

type Plan = dyn FnMut(&Call) -> Option<Fault> + Send;

/// Decides for each call, before its effect, what goes wrong.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Option<Box<Plan>>>);

impl Faults {
    pub(crate) fn plan(&self, plan: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(plan));
    }

    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn fault(&self, call: &Call) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(|plan| plan(call))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}
