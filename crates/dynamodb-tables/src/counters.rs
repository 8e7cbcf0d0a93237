mod numbering;
mod opening;
mod raising;
mod reservation;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_types::SdkConfig;
use conversation::ports::{ReadCounters, StoreError};
use conversation::{ApplicationId, ChatId};
use function_environment::{ConfigError, Environment};

use crate::item::{Item, get_item, get_number, item, number, string};

/// The table of counters: an application's counts its chats, a chat's its messages. They are items of their own, so that
/// an allocation never waits for the rows.
#[derive(Debug, Clone)]
pub struct Counters {
    client: Client,
    table: String,
}

pub(crate) fn table_name(environment: &Environment) -> Result<&str, ConfigError> {
    environment.variables.required("COUNTERS_TABLE", "the name of the table of counters")
}

/// A counter that allocated nothing yet.
pub(crate) fn new_counter(id: impl Into<String>) -> Item {
    item([("id", string(id)), ("last", number(0)), ("revision", number(0))])
}

impl Counters {
    /// # Errors
    /// `COUNTERS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    fn update(&self, id: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("id", string(id))
    }

    async fn last(&self, id: &str) -> Result<Option<u64>, StoreError> {
        let counter = get_item(&self.client, &self.table, item([("id", string(id))]), true).await?;
        let open = counter.filter(|counter| !counter.contains_key("closed"));
        open.map(|counter| Ok(get_number(&counter, "last")?)).transpose()
    }
}

impl ReadCounters for Counters {
    async fn last_chat(&self, application: &ApplicationId) -> Result<Option<u64>, StoreError> {
        self.last(application.as_str()).await
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.last(&chat.key()).await
    }
}
