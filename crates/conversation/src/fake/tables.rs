mod counter;
mod counters;
mod reads;
mod rows;
mod stores;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::{Application, ChatId, ChatNumber, Ledger, Name, Timestamp, Token};
use counter::Counter;
use rows::{ApplicationRow, Rows};

/// All tables in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeTables {
    pub faults: Faults,
    rows: Arc<Mutex<Rows>>,
}

impl FakeTables {
    /// Tables with one application in them.
    ///
    /// # Panics
    /// Where the operating system has no random bytes.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "only tests call it")]
    pub fn with_application() -> (Self, Token) {
        let tables = Self::default();
        let (token, at) = (Token::random().unwrap(), Timestamp::from_millis(1));
        let name = Name::parse("Tea house").unwrap();
        let application =
            Application { token: token.clone(), name, chats_count: 0, created_at: at, updated_at: at };
        tables.insert(&application);
        (tables, token)
    }

    /// Tables with one application, whose chat 1 is numbered and open for messages, but not stored.
    ///
    /// # Panics
    /// As [`FakeTables::with_application`].
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "only tests call it")]
    pub fn with_chat() -> (Self, ChatId) {
        let (tables, application) = Self::with_application();
        let chat = ChatId { application, chat: ChatNumber::new(1).unwrap() };
        if let Some(counter) = tables.rows().chat_counters.get_mut(&chat.application) {
            counter.last = 1;
            counter.revision = 1;
        }
        tables.rows().message_counters.insert(chat.clone(), Counter::default());
        (tables, chat)
    }

    fn insert(&self, application: &Application) {
        let mut rows = self.rows();
        let row =
            ApplicationRow { application: application.clone(), chats_count: 0, ledger: Ledger::default() };
        rows.applications.entry(application.token.clone()).or_insert(row);
        rows.chat_counters.entry(application.token.clone()).or_default();
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
