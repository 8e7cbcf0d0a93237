mod applications;
mod counter;
mod counters;
mod reads;
mod rows;
mod stores;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Faults, samples};
use crate::{Application, ApplicationId, ChatId, Ledger, TokenVersion};
use counter::Counter;
use rows::{ApplicationRow, Rows};

/// All tables. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeTables {
    pub faults: Faults,
    rows: Arc<Mutex<Rows>>,
    /// How many rows the next sweep leaves.
    left_rows: Arc<AtomicUsize>,
}

impl FakeTables {
    /// Lets the next sweep of rows leave this many, as a table does that is too busy.
    pub fn leave_rows(&self, count: usize) {
        self.left_rows.store(count, Ordering::Relaxed);
    }

    /// Tables with one application, created at 1 ms.
    #[must_use]
    pub fn with_application() -> (Self, ApplicationId) {
        let tables = Self::default();
        let application = samples::application(1);
        tables.insert(&application);
        (tables, application.id)
    }

    /// Tables with one application whose chat 1 is numbered and open, but not stored.
    #[must_use]
    pub fn with_chat() -> (Self, ChatId) {
        let (tables, application) = Self::with_application();
        let chat = samples::chat_id(&application, 1);
        if let Some(counter) = tables.rows().chat_counters.get_mut(&chat.application) {
            counter.last = 1;
            counter.revision = 1;
        }
        tables.rows().message_counters.insert(chat.clone(), Counter::default());
        (tables, chat)
    }

    /// Revokes all tokens of the application with a lower version.
    pub fn set_token_version(&self, application: &ApplicationId, version: TokenVersion) {
        if let Some(row) = self.rows().applications.get_mut(application) {
            row.application.token_version = version;
        }
    }

    fn insert(&self, application: &Application) {
        let mut rows = self.rows();
        let row = ApplicationRow {
            application: application.clone(),
            chats_count: 0,
            ledger: Ledger::default(),
            deleted: false,
            last_rotation: None,
        };
        rows.applications.entry(application.id.clone()).or_insert(row);
        rows.chat_counters.entry(application.id.clone()).or_default();
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
