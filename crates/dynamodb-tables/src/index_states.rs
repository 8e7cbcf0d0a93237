mod rebuild;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ReadIndexState, RecordFirstIndex, StoreError};
use conversation::{IndexGeneration, IndexState};
use function_environment::{ConfigError, Environment};

use crate::conditional::put_if;
use crate::item::{
    Item, Malformed, ROW_VERSION, check_version, get_item, get_number, item, number, parsed, string,
};

pub use rebuild::{RebuildProgress, ScanPosition};

/// The version of the row's form that this release writes, and the newest that it reads.
const VERSION: u32 = 1;

/// The table of what is recorded about the index: one row.
#[derive(Debug, Clone)]
pub struct IndexStates {
    client: Client,
    table: String,
}

impl IndexStates {
    /// # Errors
    /// `INDEX_STATE_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let wanted = "the name of the table of the index's state";
        let table = environment.variables.required("INDEX_STATE_TABLE", wanted)?;
        Ok(Self::new(&environment.sdk, table))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    async fn row(&self) -> Result<Option<Item>, StoreError> {
        let row = get_item(&self.client, &self.table, key(), true).await?;
        if let Some(row) = &row {
            check_version(row, VERSION)?;
        }
        Ok(row)
    }
}

fn key() -> Item {
    item([("id", string("messages"))])
}

fn generation(row: &Item, name: &'static str) -> Result<IndexGeneration, Malformed> {
    parsed(IndexGeneration::new(get_number(row, name)?).ok_or(()), name)
}

fn next_generation(row: &Item) -> Result<Option<IndexGeneration>, Malformed> {
    row.contains_key("next").then(|| generation(row, "next")).transpose()
}

impl ReadIndexState for IndexStates {
    async fn index_state(&self) -> Result<Option<IndexState>, StoreError> {
        let Some(row) = self.row().await? else { return Ok(None) };
        Ok(Some(IndexState { current: generation(&row, "current")?, next: next_generation(&row)? }))
    }
}

impl RecordFirstIndex for IndexStates {
    async fn record_first_index(&self) -> Result<(), StoreError> {
        let mut row = key();
        row.extend(item([(ROW_VERSION, number(VERSION)), ("current", number(IndexState::FIRST.current))]));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        put_if(put.condition_expression("attribute_not_exists(id)")).await?;
        Ok(())
    }
}
