//! What gives out numbers and turns.

use super::FakeTables;
use super::counter::Counter;
use super::rows::Rows;
use crate::ports::{
    Allocation, CloseChats, NumberChats, NumberMessages, OpenChats, ReadCounters, ReviseChats,
    ReviseMessages, StoreError, Turn, UnopenChats,
};
use crate::{ChatId, ChatNumber, MessageId, MessageNumber, NotANumber, Revision, Ticket, Token};

impl FakeTables {
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
                counter.give_number_back(&ticket);
            }
        })?;
        let Some((number, revision)) = given else { return Ok(None) };
        let number = number_of(number).map_err(StoreError::new)?;
        let revision = Revision::new(revision).map_err(StoreError::new)?;
        Ok(Some(Allocation { number, revision, ticket }))
    }

    /// Gives out the next turn of the counter that `counter` finds; where that fails, takes it back.
    fn turn(&self, counter: impl Fn(&mut Rows) -> Option<&mut Counter>) -> Result<Option<Turn>, StoreError> {
        let ticket = Ticket::random().map_err(StoreError::new)?;
        let given = self.faults.around(|| counter(&mut self.rows()).map(|counter| counter.revise(&ticket)));
        let given = given.inspect_err(|_| {
            if let Some(counter) = counter(&mut self.rows()) {
                counter.give_turn_back(&ticket);
            }
        })?;
        let Some(revision) = given else { return Ok(None) };
        Ok(Some(Turn { revision: Revision::new(revision).map_err(StoreError::new)?, ticket }))
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
                counter.give_number_back(&allocation.ticket);
            }
        })
    }
}

impl ReviseChats for FakeTables {
    async fn revise(&self, application: &Token) -> Result<Option<Turn>, StoreError> {
        self.turn(|rows| rows.chat_counters.get_mut(application))
    }

    async fn give_turn_back(&self, application: &Token, turn: &Turn) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().chat_counters.get_mut(application) {
                counter.give_turn_back(&turn.ticket);
            }
        })
    }
}

impl OpenChats for FakeTables {
    async fn open_for_good(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.rows().message_counters.entry(chat.clone()).or_default().opener = None;
        })
    }

    async fn open(&self, chat: &ChatId, ticket: &Ticket) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.rows().message_counters.entry(chat.clone()).or_insert_with(|| Counter::opened_by(ticket));
        })
    }
}

impl UnopenChats for FakeTables {
    async fn unopen(&self, chat: &ChatId, ticket: &Ticket) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let Some(counter) = rows.message_counters.get(chat) else { return true };
            let ours = counter.opener.as_ref() == Some(ticket) && counter.revision == 0 && !counter.closed;
            if ours {
                rows.message_counters.remove(chat);
            }
            ours
        })
    }
}

impl CloseChats for FakeTables {
    async fn close(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.faults.around(|| self.rows().message_counters.entry(chat.clone()).or_default().closed = true)
    }
}

impl NumberMessages for FakeTables {
    async fn allocate(&self, chat: &ChatId) -> Result<Option<Allocation<MessageNumber>>, StoreError> {
        self.number(|rows| rows.open_counter(chat), MessageNumber::new)
    }

    async fn give_back(
        &self,
        chat: &ChatId,
        allocation: &Allocation<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().message_counters.get_mut(chat) {
                counter.give_number_back(&allocation.ticket);
            }
        })
    }
}

impl ReviseMessages for FakeTables {
    async fn revise(&self, id: &MessageId) -> Result<Option<Turn>, StoreError> {
        self.turn(|rows| rows.open_counter(&id.chat).filter(|counter| counter.last >= id.message.get()))
    }

    async fn give_turn_back(&self, chat: &ChatId, turn: &Turn) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(counter) = self.rows().message_counters.get_mut(chat) {
                counter.give_turn_back(&turn.ticket);
            }
        })
    }
}

impl ReadCounters for FakeTables {
    async fn last_chat(&self, application: &Token) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().chat_counters.get(application).map(|counter| counter.last))
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.faults.around(|| self.rows().open_counter(chat).map(|counter| counter.last))
    }
}
