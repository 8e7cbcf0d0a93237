mod reads;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::{
    Allocation, CountChats, CountMessages, CreateApplications, NumberChats, NumberMessages, OpenChats,
    ReadCounters, SendError, StoreChats, StoreError, StoreMessages, Stored, UnopenChats,
};
use crate::{
    Application, ChatId, ChatNumber, CreateChat, CreateMessage, Effects, Ledger, MessageId, MessageNumber,
    Name, NotANumber, Revision, Ticket, Timestamp, Token,
};

/// All tables in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeTables {
    pub faults: Faults,
    rows: Arc<Mutex<Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    applications: BTreeMap<Token, ApplicationRow>,
    chats: BTreeMap<ChatId, ChatRow>,
    messages: BTreeMap<MessageId, CreateMessage>,
    chat_counters: BTreeMap<Token, Counter>,
    message_counters: BTreeMap<ChatId, Counter>,
}

#[derive(Debug)]
struct ApplicationRow {
    application: Application,
    ledger: Ledger,
}

/// A chat's row; it may be counted in before the chat itself is stored.
#[derive(Debug, Default)]
struct ChatRow {
    created: Option<CreateChat>,
    updated_at: Option<Timestamp>,
    messages_count: i64,
    ledger: Ledger,
}

#[derive(Debug, Clone, Default)]
struct Counter {
    last: u64,
    revision: u64,
    /// Whose the last number is.
    holder: Option<Ticket>,
    /// Who opened it and may close it.
    opener: Option<Ticket>,
}

impl Counter {
    fn allocate(&mut self, ticket: &Ticket) -> (u64, u64) {
        self.last += 1;
        self.revision += 1;
        self.holder = Some(ticket.clone());
        (self.last, self.revision)
    }

    fn give_back(&mut self, ticket: &Ticket) {
        if self.holder.as_ref() == Some(ticket) {
            self.last -= 1;
            self.revision -= 1;
            self.holder = None;
        }
    }
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
        let row = ApplicationRow { application: application.clone(), ledger: Ledger::default() };
        rows.applications.insert(application.token.clone(), row);
        rows.chat_counters.insert(application.token.clone(), Counter::default());
    }

    /// Gives out the next number of the counter that `counter` finds; where that fails, takes it back.
    fn number<Number>(
        &self,
        counter: impl Fn(&mut Rows) -> Option<&mut Counter>,
        number_of: impl Fn(u64) -> Result<Number, NotANumber>,
    ) -> Result<Option<Allocation<Number>>, StoreError> {
        let ticket = Ticket::random().map_err(StoreError::new)?;
        let given = self.faults.around(|| counter(&mut self.rows()).map(|counter| counter.allocate(&ticket)));
        let given = given.inspect_err(|_| {
            if let Some(counter) = counter(&mut self.rows()) {
                counter.give_back(&ticket);
            }
        })?;
        let Some((number, revision)) = given else { return Ok(None) };
        let number = number_of(number).map_err(StoreError::new)?;
        let revision = Revision::new(revision).map_err(StoreError::new)?;
        Ok(Some(Allocation { number, revision, ticket }))
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

impl CreateApplications for FakeTables {
    async fn create(&self, application: &Application) -> Result<(), SendError> {
        self.faults.around_write(|| self.insert(application))
    }
}

impl NumberChats for FakeTables {
    async fn allocate(&self, application: &Token) -> Result<Option<Allocation<ChatNumber>>, StoreError> {
        self.number(|rows| rows.chat_counters.get_mut(application), ChatNumber::new)
    }

    async fn give_back(
        &self,
        application: &Token,
        allocation: &Allocation<ChatNumber>,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().chat_counters.get_mut(application) {
                counter.give_back(&allocation.ticket);
            }
        })
    }
}

impl OpenChats for FakeTables {
    async fn open(&self, chat: &ChatId, ticket: Option<&Ticket>) -> Result<(), StoreError> {
        self.faults.around(|| {
            let opened = Counter { opener: ticket.cloned(), ..Counter::default() };
            self.rows().message_counters.entry(chat.clone()).or_insert(opened);
        })
    }
}

impl UnopenChats for FakeTables {
    async fn unopen(&self, chat: &ChatId, ticket: &Ticket) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let Some(counter) = rows.message_counters.get(chat) else { return true };
            let ours = counter.opener.as_ref() == Some(ticket) && counter.revision == 0;
            if ours {
                rows.message_counters.remove(chat);
            }
            ours
        })
    }
}

impl NumberMessages for FakeTables {
    async fn allocate(&self, chat: &ChatId) -> Result<Option<Allocation<MessageNumber>>, StoreError> {
        self.number(|rows| rows.message_counters.get_mut(chat), MessageNumber::new)
    }

    async fn give_back(
        &self,
        chat: &ChatId,
        allocation: &Allocation<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().message_counters.get_mut(chat) {
                counter.give_back(&allocation.ticket);
            }
        })
    }
}

impl ReadCounters for FakeTables {
    async fn last_chat(&self, application: &Token) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().chat_counters.get(application).map(|counter| counter.last))
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().message_counters.get(chat).map(|counter| counter.last))
    }
}

impl StoreChats for FakeTables {
    async fn store(&self, write: &CreateChat) -> Result<Stored, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(write.id.clone()).or_default();
            let made_by = row.created.get_or_insert_with(|| write.clone()).revision;
            row.updated_at.get_or_insert(write.at);
            if made_by == write.revision { Stored::ByThisWrite } else { Stored::ByAnother }
        })
    }
}

impl StoreMessages for FakeTables {
    async fn store(&self, write: &CreateMessage) -> Result<Stored, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let made_by = rows.messages.entry(write.id.clone()).or_insert_with(|| write.clone()).revision;
            if made_by == write.revision { Stored::ByThisWrite } else { Stored::ByAnother }
        })
    }
}

impl CountMessages for FakeTables {
    async fn count(&self, chat: &ChatId, effects: &Effects, latest: Timestamp) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(chat.clone()).or_default();
            let outstanding = row.ledger.outstanding(effects);
            row.messages_count += outstanding.total();
            row.ledger = row.ledger.with(&outstanding);
            row.updated_at = row.updated_at.max(Some(latest));
        })
    }
}

impl CountChats for FakeTables {
    async fn count(&self, application: &Token, effects: &Effects) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(row) = self.rows().applications.get_mut(application) {
                let outstanding = row.ledger.outstanding(effects);
                row.application.chats_count =
                    row.application.chats_count.saturating_add_signed(outstanding.total());
                row.ledger = row.ledger.with(&outstanding);
            }
        })
    }
}
