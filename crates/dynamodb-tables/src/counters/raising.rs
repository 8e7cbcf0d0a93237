//! Repairs of counters that are behind the rows.

use conversation::ports::StoreError;

use super::{Counters, new_counter};
use crate::batch_get::batch_get;
use crate::conditional::{put_if, update_if};
use crate::item::{Item, item, number, string};

impl Counters {
    /// Reads counters consistently, in any order. Those that do not exist have no part in the result.
    pub(crate) async fn read(&self, ids: impl Iterator<Item = String>) -> Result<Vec<Item>, StoreError> {
        let keys: Vec<Item> = ids.map(|id| item([("id", string(id))])).collect();
        batch_get(&self.client, &self.table, &keys).await
    }

    /// Creates an open counter that has given these out, unless it exists. Only that of a chat has a limit.
    pub(crate) async fn create(
        &self,
        id: &str,
        last: u64,
        revision: u64,
        limit: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut counter = new_counter(id);
        counter.extend(item([("last", number(last)), ("revision", number(revision))]));
        counter.extend(limit.map(|limit| ("revision_limit".to_owned(), number(limit))));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(counter));
        put_if(put.condition_expression("attribute_not_exists(id)")).await?;
        Ok(())
    }

    /// Raises `last` or `revision` of an open counter, unless it is as high.
    ///
    /// Removes `holder`: whoever made the last reservation could undo it, which would lower the counter again, or would take the raised
    /// number for its own.
    pub(crate) async fn raise(&self, id: &str, name: &str, value: u64) -> Result<(), StoreError> {
        let update = self
            .update(id)
            .update_expression("SET #name = :value REMOVE holder")
            .condition_expression("attribute_exists(id) AND attribute_not_exists(closed) AND #name < :value")
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", number(value));
        update_if(update).await?;
        Ok(())
    }
}
