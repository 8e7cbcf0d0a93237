use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ApplicationKey, MessageKey, Subject};

/// What is left when all faults are off and all queues are drained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FinalState {
    /// What the API shows, page by page.
    pub api: Contents,
    /// The rows of the tables, without tombstones.
    pub tables: Contents,
    /// The documents of the index, after a refresh.
    pub index: Vec<IndexedDocument>,
    /// Messages whose documents were lost with the index: nothing writes those again until the index is rebuilt.
    pub lost_from_index: BTreeSet<MessageKey>,
    /// Rows of chats whose application has no row or a tombstone, and of messages whose chat has none or one.
    pub orphans: Vec<Subject>,
    pub ledgers: Vec<LedgerSize>,
    pub queues: Vec<QueueDepth>,
    pub dead_letters: Vec<DeadLetter>,
}

/// Applications, with all their chats and messages that are readable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    pub applications: Vec<ApplicationContents>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationContents {
    pub application: ApplicationKey,
    pub name: Arc<str>,
    pub chats_count: u64,
    /// In the order of the listing.
    pub chats: Vec<ChatContents>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatContents {
    pub number: u64,
    pub messages_count: u64,
    /// In the order of the listing.
    pub messages: Vec<MessageContents>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageContents {
    pub number: u64,
    pub body: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedDocument {
    pub message: MessageKey,
    pub body: Arc<str>,
}

/// A ledger that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSize {
    /// The application or chat whose count it keeps.
    pub parent: Subject,
    /// How many revisions it lists as missing.
    pub missing: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    pub queue: Arc<str>,
    /// Records that are waiting or in flight. Dead-letter queues are not listed here.
    pub records: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub queue: Arc<str>,
    /// The record's text.
    pub record: Arc<str>,
    /// What the record would have changed; `None` if it is unreadable.
    pub subject: Option<Subject>,
    /// The reason that the function gave; `None` if the queue moved the record after too many receives.
    pub reason: Option<Arc<str>>,
    /// The plan of faults put an unreadable record on the queue: it belongs here.
    pub expected: bool,
}
