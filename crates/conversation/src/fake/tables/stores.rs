//! What persist does to the rows.

use std::collections::BTreeSet;

use super::FakeTables;
use crate::ports::{
    Applied, CountChats, CountMessages, Counted, CreateApplications, RenameApplications, SendError,
    StoreChats, StoreError, StoreMessages, SweepMessages,
};
use crate::{
    Application, ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, Effects, MessageId, Name,
    Tally, Timestamp, Token, UpdateMessage,
};

/// How many rows a sweep is shown at once.
const SWEEP: usize = 100;

impl CreateApplications for FakeTables {
    async fn create(&self, application: &Application) -> Result<(), SendError> {
        self.faults.around_write(|| self.insert(application))
    }
}

impl RenameApplications for FakeTables {
    async fn rename(
        &self,
        application: &Token,
        name: &Name,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.applications.get_mut(application)?;
            row.application.name = name.clone();
            row.application.updated_at = at;
            Some(row.read())
        })
    }
}

impl StoreChats for FakeTables {
    async fn create(&self, write: &CreateChat) -> Result<i64, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(write.id.clone()).or_default();
            if row.deleted.is_none() && row.created.is_none() {
                row.created = Some((write.revision, write.at));
                row.updated_at.get_or_insert(write.at);
            }
            i64::from(row.created.is_some_and(|(revision, _)| revision == write.revision))
        })
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(write.id.clone()).or_default();
            let ours = *row.deleted.get_or_insert(write.revision) == write.revision;
            if ours && row.created.is_some() { -1 } else { 0 }
        })
    }
}

impl StoreMessages for FakeTables {
    async fn create(&self, write: &CreateMessage) -> Result<Applied, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().create(write))
    }

    async fn update(&self, write: &UpdateMessage) -> Result<Applied, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().update(write))
    }

    async fn delete(&self, write: &DeleteMessage) -> Result<Applied, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().delete(write))
    }
}

impl SweepMessages for FakeTables {
    async fn some_of(&self, chat: &ChatId) -> Result<Vec<MessageId>, StoreError> {
        self.faults.around(|| {
            self.rows().messages.keys().filter(|id| id.chat == *chat).take(SWEEP).cloned().collect()
        })
    }

    async fn purge(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        let named_once = messages.iter().collect::<BTreeSet<_>>().len() == messages.len();
        if !named_once {
            return Err(StoreError::new("a row is named twice"));
        }
        self.faults.around(|| {
            self.rows().messages.retain(|id, _| !messages.contains(id));
            0
        })
    }
}

impl CountMessages for FakeTables {
    async fn tally(&self, chat: &ChatId) -> Result<Option<Tally>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let Some(row) = rows.chats.get(chat) else { return Some(Tally::default()) };
            let (ledger, version, updated_at) = (row.ledger.clone(), row.version, row.updated_at);
            row.deleted.is_none().then_some(Tally { ledger, version, updated_at })
        })
    }

    async fn count(
        &self,
        chat: &ChatId,
        _seen: Tally,
        effects: &Effects,
        latest: Timestamp,
    ) -> Result<Counted, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(chat.clone()).or_default();
            if row.deleted.is_some() {
                return Counted::Gone;
            }
            let outstanding = row.ledger.outstanding(effects);
            row.messages_count += outstanding.total();
            row.ledger = row.ledger.with(&outstanding);
            row.version += 1;
            row.updated_at = row.updated_at.max(Some(latest));
            Counted::In
        })
    }
}

impl CountChats for FakeTables {
    async fn count(&self, application: &Token, effects: &Effects) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(row) = self.rows().applications.get_mut(application) {
                let outstanding = row.ledger.outstanding(effects);
                row.chats_count += outstanding.total();
                row.ledger = row.ledger.with(&outstanding);
            }
        })
    }
}
