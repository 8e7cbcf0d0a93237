mod row;
mod unswept;
mod writes;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{CountMessages, CountOutcome, ForgetLedgers, ReadChats, StoreError};
use conversation::{
    ApplicationId, Chat, ChatId, ChatNumber, Deltas, Page, PageRequest, Row, Timestamp, VersionedLedger,
};
use function_environment::{ConfigError, Environment};

use crate::count::{CountItem, CountKind, versioned_ledger};
use crate::item::{get_item, number};
use crate::listing::Listing;
pub(crate) use row::NEWEST_FORM;
use row::{chat_number, is_deleted, key, parse};

/// The table of chats.
#[derive(Debug, Clone)]
pub struct Chats {
    client: Client,
    table: String,
}

impl Chats {
    /// # Errors
    /// `CHATS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let table = environment.variables.required("CHATS_TABLE", "the name of the table of chats")?;
        Ok(Self::new(&environment.sdk, table))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    /// The count of a chat's messages, the newest written at `latest`.
    fn count_item(&self, chat: &ChatId, latest: Timestamp) -> CountItem<'_> {
        let kind = CountKind::Messages { latest };
        CountItem { client: &self.client, table: &self.table, key: key(chat), kind }
    }
}

impl ReadChats for Chats {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError> {
        match get_item(&self.client, &self.table, key(id), false).await? {
            Some(item) => Ok(parse(&item)?),
            None => Ok(Row::Absent),
        }
    }

    async fn chats(
        &self,
        application: &ApplicationId,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError> {
        let listing = Listing {
            client: &self.client,
            table: &self.table,
            index: None,
            partition: ("application", application.as_str()),
            sort: "number",
        };
        listing.page(page, page.after.map(number), |item| Ok(parse(&item)?.live().into()), chat_number).await
    }
}

impl CountMessages for Chats {
    async fn versioned_ledger(&self, chat: &ChatId) -> Result<Option<VersionedLedger>, StoreError> {
        let item = get_item(&self.client, &self.table, key(chat), true).await?;
        if item.as_ref().is_some_and(is_deleted) {
            return Ok(None);
        }
        Ok(Some(versioned_ledger(item.as_ref(), NEWEST_FORM)?))
    }

    async fn count(
        &self,
        chat: &ChatId,
        seen: VersionedLedger,
        deltas: &Deltas,
        latest: Timestamp,
    ) -> Result<CountOutcome, StoreError> {
        self.count_item(chat, latest).add(seen, deltas).await
    }
}

impl ForgetLedgers<ChatId> for Chats {
    async fn forget_ledger(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.count_item(chat, Timestamp::from_millis(0)).forget_spilled().await
    }
}
