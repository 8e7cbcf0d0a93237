use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use conversation::ports::StoreError;

use crate::item::Item;

/// A page of a whole table.
#[derive(Debug)]
pub(crate) struct ScannedPage {
    pub(crate) items: Vec<Item>,
    /// The read units that it cost.
    pub(crate) units: f64,
    /// The key behind which the next page begins; `None` if this is the last one.
    pub(crate) next: Option<Item>,
}

/// Reads the rows behind a key, in no order that means anything, up to 1 MB of them or `limit` rows. The read is consistent: it has every
/// write that completed before it.
pub(crate) async fn scan_page(
    client: &Client,
    table: &str,
    after: Option<Item>,
    limit: i32,
) -> Result<ScannedPage, StoreError> {
    let output = client
        .scan()
        .table_name(table)
        .set_exclusive_start_key(after)
        .limit(limit)
        .consistent_read(true)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .map_err(StoreError::new)?;
    let units = output.consumed_capacity.and_then(|capacity| capacity.capacity_units);
    Ok(ScannedPage {
        items: output.items.unwrap_or_default(),
        units: units.unwrap_or_default(),
        next: output.last_evaluated_key,
    })
}
