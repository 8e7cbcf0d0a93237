use conversation::ports::StoreError;
use futures_util::future::try_join_all;

use super::IdempotencyKeys;
use crate::item::{Item, approximate_rows, get_string, item, string};
use crate::scan::scan_page;

/// How many rows are deleted at the same time.
const CONCURRENT: usize = 25;

/// A page of keys that were forgotten.
#[derive(Debug)]
pub struct ForgottenKeys {
    /// How many. There may be none although others follow.
    pub keys: usize,
    /// The read units that it cost to find them.
    pub units: f64,
    /// The key behind which the next page begins; `None` if this is the last one.
    pub next: Option<String>,
}

impl IdempotencyKeys {
    /// The rows of the table, as DynamoDB counted them within the last six hours.
    ///
    /// # Errors
    /// The table could not be described.
    pub async fn approximate_rows(&self) -> Result<u64, StoreError> {
        approximate_rows(&self.client, &self.table).await
    }

    /// Forgets up to `limit` keys behind this one, whatever became of their requests. A request that comes again with such a key is
    /// carried out again.
    ///
    /// # Errors
    /// A row could not be read or deleted. Those before it may be deleted.
    pub async fn forget_page(&self, after: Option<&str>, limit: i32) -> Result<ForgottenKeys, StoreError> {
        let after = after.map(|id| item([("id", string(id))]));
        let page = scan_page(&self.client, &self.table, after, limit).await?;
        for keys in page.items.chunks(CONCURRENT) {
            try_join_all(keys.iter().map(async |key| {
                let delete = self.client.delete_item().table_name(&self.table).key("id", string(id(key)?));
                delete.send().await.map(drop).map_err(StoreError::new)
            }))
            .await?;
        }
        let next = page.next.as_ref().map(|key| id(key).map(str::to_owned)).transpose()?;
        Ok(ForgottenKeys { keys: page.items.len(), units: page.units, next })
    }
}

fn id(key: &Item) -> Result<&str, StoreError> {
    Ok(get_string(key, "id")?)
}
