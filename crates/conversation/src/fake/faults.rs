use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::{StoreError, WriteError};

/// What happens to one call of a fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The call fails without an effect.
    Before,
    /// The call has its effect, but its reply is lost.
    After,
}

/// The faults of the next calls, in order; later calls succeed. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    /// Drops the faults that did not happen yet.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn next(&self) -> Fault {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None)
    }

    /// Runs `work` under the next fault; the error tells a lost reply from work that was not done.
    pub(super) fn around_write<T>(&self, work: impl FnOnce() -> T) -> Result<T, WriteError> {
        match self.next() {
            Fault::None => Ok(work()),
            Fault::Before => Err(WriteError::not_written("fault before the work")),
            Fault::After => {
                work();
                Err(WriteError::outcome_unknown("fault after the work"))
            }
        }
    }

    /// Runs `work` under the next fault.
    pub(super) fn around<T>(&self, work: impl FnOnce() -> T) -> Result<T, StoreError> {
        match self.next() {
            Fault::None => Ok(work()),
            Fault::Before => Err(StoreError::new("fault before the work")),
            Fault::After => {
                work();
                Err(StoreError::new("fault after the work"))
            }
        }
    }
}
