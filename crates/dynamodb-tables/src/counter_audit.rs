//! Whether counters are behind the rows, as after a restore: then they would give numbers and revisions out twice.
//!
//! A counter always changes before the rows that use what it gave out. So a counter that is read after the rows is behind them only if
//! its table lost updates.

mod floors;
mod raise;
mod scan;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::StoreError;
use conversation::{ApplicationId, ChatId};
use futures_util::future::try_join_all;

use crate::Counters;
use crate::item::approximate_rows;

pub use scan::{AuditedPage, CounterScan};

/// Identifies a counter: an application's counts its chats, a chat's its messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CounterId {
    Application(ApplicationId),
    Chat(ChatId),
}

impl CounterId {
    fn key(&self) -> String {
        match self {
            Self::Application(id) => id.as_str().to_owned(),
            Self::Chat(id) => id.key(),
        }
    }
}

/// What a counter has given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterValues {
    /// The highest number.
    pub last: u64,
    /// The highest revision.
    pub revision: u64,
}

impl CounterValues {
    fn max(self, other: Self) -> Self {
        Self { last: self.last.max(other.last), revision: self.revision.max(other.revision) }
    }
}

/// A counter that contradicts the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    pub counter: CounterId,
    /// `None` if there is no such counter.
    pub found: Option<CounterValues>,
    /// The lowest values that it may have.
    pub needed: CounterValues,
    /// Whether the application or chat is deleted, so that the counter must be closed. Its values do not matter then.
    pub is_deleted: bool,
}

/// The table of counters, and the tables whose rows use what it gave out.
#[derive(Debug, Clone)]
pub struct CounterAudit {
    client: Client,
    applications: String,
    chats: String,
    messages: String,
    counters: Counters,
}

impl CounterAudit {
    #[must_use]
    pub fn new(config: &SdkConfig, applications: &str, chats: &str, messages: &str, counters: &str) -> Self {
        Self {
            client: Client::new(config),
            applications: applications.to_owned(),
            chats: chats.to_owned(),
            messages: messages.to_owned(),
            counters: Counters::new(config, counters),
        }
    }

    /// The rows of applications, chats and messages, as DynamoDB counted them within the last six hours.
    ///
    /// # Errors
    /// A table could not be described.
    pub async fn approximate_rows(&self) -> Result<u64, StoreError> {
        let tables = [&self.applications, &self.chats, &self.messages];
        let rows = try_join_all(tables.map(|table| approximate_rows(&self.client, table))).await?;
        Ok(rows.into_iter().sum())
    }
}
