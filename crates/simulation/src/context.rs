//! What all parts of a region share.

use std::fmt;
use std::time::Duration;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::observer::Observer;
use crate::trace::Trace;

/// The time of a run, what goes wrong in it, and what is recorded. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct RunContext {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) observer: Observer,
    pub(crate) trace: Trace,
}

impl RunContext {
    /// The time since the start of the run.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Adds a line to the trace, with the present time.
    pub(crate) fn trace(&self, line: fmt::Arguments<'_>) {
        self.trace.line(self.now(), line);
    }
}

#[cfg(test)]
impl RunContext {
    /// A run that starts now, with these faults.
    pub(crate) fn with_faults(faults: Faults) -> Self {
        Self { clock: Clock::start(), faults, observer: Observer::default(), trace: Trace::default() }
    }
}
