mod creation;
mod current_batches;
mod row;
mod scan;
mod sweep;
mod writes;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use aws_types::SdkConfig;
use conversation::ports::{FindLaterMessages, LATER_ROWS, ReadCurrentMessages, ReadMessages, StoreError};
use conversation::{
    ChatId, GapCheck, IndexedMessage, Message, MessageId, MessageNumber, Page, PageRequest, Row, Timestamp,
};
use function_environment::{ConfigError, Environment};

use crate::item::{get_item, number, string, time};
use crate::listing::Listing;
pub(crate) use row::{EXPIRES_AT, NEWEST_FORM};
pub use scan::ScannedMessages;
pub(crate) use scan::chat_id;

use row::{entry, key, message_number, parse, parse_indexed};

/// The table of messages.
#[derive(Debug, Clone)]
pub struct Messages {
    client: Client,
    table: String,
}

impl Messages {
    /// # Errors
    /// `MESSAGES_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let table = environment.variables.required("MESSAGES_TABLE", "the name of the table of messages")?;
        Ok(Self::new(&environment.sdk, table))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    fn update(&self, id: &MessageId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key(id)))
    }
}

impl ReadMessages for Messages {
    async fn message(&self, id: &MessageId) -> Result<Row<Message>, StoreError> {
        match get_item(&self.client, &self.table, key(id), false).await? {
            Some(item) => Ok(parse(item)?),
            None => Ok(Row::Absent),
        }
    }

    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
        now: Timestamp,
    ) -> Result<Page<Message, MessageNumber>, StoreError> {
        let partition = chat.key();
        let listing = Listing {
            client: &self.client,
            table: &self.table,
            index: None,
            partition: ("chat", &partition),
            sort: "number",
        };
        let mut gaps = GapCheck::new(page, now);
        let after = page.after.map(number);
        listing.page(page, after, |item| entry(item, &mut gaps), message_number).await
    }
}

impl FindLaterMessages for Messages {
    async fn has_later_message(&self, id: &MessageId, before: Timestamp) -> Result<bool, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("chat = :chat AND #number > :number")
            .filter_expression("created_at < :before")
            .expression_attribute_names("#number", "number")
            .expression_attribute_values(":chat", string(id.chat.key()))
            .expression_attribute_values(":number", number(id.message))
            .expression_attribute_values(":before", time(before))
            .select(Select::Count)
            .limit(LATER_ROWS.into());
        Ok(query.send().await.map_err(StoreError::new)?.count > 0)
    }
}

impl ReadCurrentMessages for Messages {
    async fn current_message(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError> {
        match get_item(&self.client, &self.table, key(id), true).await? {
            Some(item) => Ok(parse_indexed(&id.chat, item)?),
            None => Ok(Row::Absent),
        }
    }
}
