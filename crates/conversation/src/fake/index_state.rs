use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::IndexState;
use crate::ports::{ReadIndexState, RecordFirstIndex, StoreError};

/// The recorded state of the index. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeIndexState {
    pub faults: Faults,
    state: Arc<Mutex<Option<IndexState>>>,
}

impl FakeIndexState {
    /// Records this state, whatever is recorded.
    pub fn set(&self, state: IndexState) {
        *self.lock() = Some(state);
    }

    fn lock(&self) -> MutexGuard<'_, Option<IndexState>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadIndexState for FakeIndexState {
    async fn index_state(&self) -> Result<Option<IndexState>, StoreError> {
        self.faults.around(|| *self.lock())
    }
}

impl RecordFirstIndex for FakeIndexState {
    async fn record_first_index(&self) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.lock().get_or_insert(IndexState::FIRST);
        })
    }
}
