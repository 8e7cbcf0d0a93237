use conversation::ports::StoreError;
use futures_util::future::try_join_all;

use super::IdempotencyKeys;
use crate::item::{approximate_rows, get_string, string};
use crate::scan::scan_page;

/// How many rows are deleted at the same time.
const CONCURRENT: usize = 25;

/// Keys that were forgotten.
#[derive(Debug)]
pub struct ForgottenKeys {
    pub keys: usize,
    /// The read units that it cost to find them.
    pub units: f64,
}

impl IdempotencyKeys {
    /// The rows of the table, as DynamoDB counted them within the last six hours.
    ///
    /// # Errors
    /// The table could not be described.
    pub async fn approximate_rows(&self) -> Result<u64, StoreError> {
        approximate_rows(&self.client, &self.table).await
    }

    /// Forgets up to `limit` keys, whatever became of their requests; none are left if these are none. A request that comes again with
    /// such a key is a new one. After a restore of the other tables that is right: what was decided for the key is gone.
    ///
    /// # Errors
    /// A row could not be read or deleted. Those before it may be deleted.
    pub async fn forget_some(&self, limit: i32) -> Result<ForgottenKeys, StoreError> {
        let page = scan_page(&self.client, &self.table, None, limit).await?;
        for keys in page.items.chunks(CONCURRENT) {
            try_join_all(keys.iter().map(async |key| {
                let id = string(get_string(key, "id")?);
                let delete = self.client.delete_item().table_name(&self.table).key("id", id);
                delete.send().await.map(drop).map_err(StoreError::new)
            }))
            .await?;
        }
        Ok(ForgottenKeys { keys: page.items.len(), units: page.units })
    }
}
