//! Changes of rows and counts.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::FakeTables;
use super::rows::creation_outcome;
use crate::ports::{
    AppliedWrite, CountChats, CountMessages, CountOutcome, CreationOutcome, ForgetLedgers, ListUnsweptChats,
    SWEEP_PAGE, StoreChats, StoreError, StoreMessages, SweepMessages, UnsweptChats, UnsweptMessages,
};
use crate::{
    ApplicationId, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, Deltas,
    MessageId, MessageNumber, Revision, Timestamp, UpdateMessage, VersionedLedger,
};

impl StoreChats for FakeTables {
    async fn create(&self, write: &CreateChat) -> Result<CreationOutcome<i64>, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(write.id.clone()).or_default();
            if row.deleted.is_none() && row.created.is_none() {
                row.created = Some((write.revision, write.at));
                row.updated_at.get_or_insert(write.at);
            }
            creation_outcome(row.created, (write.revision, write.at))
        })
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(write.id.clone()).or_default();
            let is_own = *row.deleted.get_or_insert(write.revision) == write.revision;
            if is_own && row.created.is_some() { -1 } else { 0 }
        })
    }
}

impl StoreMessages for FakeTables {
    async fn create(&self, write: &CreateMessage) -> Result<CreationOutcome<AppliedWrite>, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().create(write))
    }

    async fn update(&self, write: &UpdateMessage) -> Result<AppliedWrite, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().update(write))
    }

    async fn delete(&self, write: &DeleteMessage) -> Result<AppliedWrite, StoreError> {
        self.faults.around(|| self.rows().messages.entry(write.id.clone()).or_default().delete(write))
    }
}

/// The first [`SWEEP_PAGE`] of the rows with numbers above `after`, and where the next page starts.
fn page_to_sweep<Id, Row, Number: Copy + PartialOrd>(
    rows: impl Iterator<Item = (Id, Row)>,
    after: Option<Number>,
    number: impl Fn(&Id) -> Number,
) -> (Vec<(Id, Row)>, Option<Number>) {
    let beyond = rows.filter(|(id, _)| after.is_none_or(|after| number(id) > after));
    let page: Vec<_> = beyond.take(SWEEP_PAGE).collect();
    let next = if page.len() == SWEEP_PAGE { page.last().map(|(id, _)| number(id)) } else { None };
    (page, next)
}

impl ListUnsweptChats for FakeTables {
    async fn unswept_chats(
        &self,
        application: &ApplicationId,
        after: Option<ChatNumber>,
    ) -> Result<UnsweptChats, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_application = rows.chats.iter().filter(|(id, _)| id.application == *application);
            let (found, next) = page_to_sweep(of_application, after, |id| id.chat);
            let is_unswept =
                |deleted: Option<Revision>| deleted.is_none_or(|revision| revision == Revision::MAX);
            let unswept = found.into_iter().filter(|(_, row)| is_unswept(row.deleted));
            UnsweptChats { chats: unswept.map(|(id, _)| id.chat).collect(), next }
        })
    }
}

impl SweepMessages for FakeTables {
    async fn unswept_messages(
        &self,
        chat: &ChatId,
        after: Option<MessageNumber>,
    ) -> Result<UnsweptMessages, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let of_chat = rows.messages.iter().filter(|(id, _)| id.chat == *chat);
            let (found, next) = page_to_sweep(of_chat, after, |id| id.message);
            let unswept = found.into_iter().filter(|(_, row)| !row.is_swept);
            UnsweptMessages { messages: unswept.map(|(id, _)| id.clone()).collect(), next }
        })
    }

    async fn sweep_rows(&self, messages: &[MessageId]) -> Result<usize, StoreError> {
        let named_once = messages.iter().collect::<BTreeSet<_>>().len() == messages.len();
        if !named_once {
            return Err(StoreError::new("a row is named twice"));
        }
        self.faults.around(|| {
            let mut rows = self.rows();
            let left = self.left_rows.swap(0, Ordering::Relaxed).min(messages.len());
            for id in messages.iter().skip(left) {
                rows.messages.entry(id.clone()).or_default().sweep();
            }
            left
        })
    }
}

/// Rows of the fake have room for every missing revision.
impl<Parent: Sync> ForgetLedgers<Parent> for FakeTables {
    async fn forget_ledger(&self, _parent: &Parent) -> Result<(), StoreError> {
        self.faults.around(|| ())
    }
}

impl CountMessages for FakeTables {
    async fn versioned_ledger(&self, chat: &ChatId) -> Result<Option<VersionedLedger>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let Some(row) = rows.chats.get(chat) else { return Some(VersionedLedger::default()) };
            let (ledger, version, updated_at) = (row.ledger.clone(), row.version, row.updated_at);
            let is_created = row.created.is_some();
            row.deleted.is_none().then_some(VersionedLedger { ledger, version, updated_at, is_created })
        })
    }

    async fn count(
        &self,
        chat: &ChatId,
        _seen: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<CountOutcome, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.chats.entry(chat.clone()).or_default();
            if row.deleted.is_some() {
                return CountOutcome::ParentDeleted;
            }
            let outstanding = row.ledger.outstanding(deltas);
            row.messages_count += outstanding.total();
            row.ledger = row.ledger.with(&outstanding);
            row.version += 1;
            row.updated_at = row.updated_at.max(Some(latest));
            CountOutcome::Applied
        })
    }
}

impl CountChats for FakeTables {
    async fn count(&self, application: &ApplicationId, deltas: &Deltas) -> Result<CountOutcome, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let Some(row) = rows.applications.get_mut(application) else {
                return CountOutcome::ParentUnknown;
            };
            if row.deleted {
                return CountOutcome::ParentDeleted;
            }
            let outstanding = row.ledger.outstanding(deltas);
            row.chats_count += outstanding.total();
            row.ledger = row.ledger.with(&outstanding);
            CountOutcome::Applied
        })
    }
}
