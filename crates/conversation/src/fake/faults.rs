use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::{SendError, StoreError};

/// What happens to one call of a fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The call fails and has done nothing.
    Before,
    /// The call has done its work, but its answer is lost.
    After,
}

/// The faults to come, one for each call; none once they are used up. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    /// Forgets the faults that did not happen yet.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn next(&self) -> Fault {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None)
    }

    /// Runs `work` as the next fault has it, and tells a lost answer from work that was not done.
    pub(super) fn around_write(&self, work: impl FnOnce()) -> Result<(), SendError> {
        match self.next() {
            Fault::None => {
                work();
                Ok(())
            }
            Fault::Before => Err(SendError::NotSent("fault before the work".into())),
            Fault::After => {
                work();
                Err(SendError::Unknown("fault after the work".into()))
            }
        }
    }

    /// Runs `work` as the next fault has it.
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
