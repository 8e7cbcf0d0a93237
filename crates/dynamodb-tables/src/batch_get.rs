use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use conversation::ports::StoreError;
use futures_util::future::try_join_all;
use tokio::time::sleep;

use crate::item::Item;

/// The most keys in one call. Source: `BatchGetItem` in the Amazon DynamoDB API reference.
const BATCH: usize = 100;
/// How often keys are asked for that the table was too busy to read.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(25);

#[derive(Debug, thiserror::Error)]
#[error("the table left keys unread in each of {ATTEMPTS} attempts")]
struct TooBusy;

/// Reads items by their keys, consistently, in any order. A key without an item has no part in the result.
pub(crate) async fn batch_get(client: &Client, table: &str, keys: &[Item]) -> Result<Vec<Item>, StoreError> {
    let batches = keys.chunks(BATCH).map(|keys| get_batch(client, table, keys));
    Ok(try_join_all(batches).await?.into_iter().flatten().collect())
}

async fn get_batch(client: &Client, table: &str, keys: &[Item]) -> Result<Vec<Item>, StoreError> {
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).consistent_read(true);
    let mut wanted = keys.build().map_err(StoreError::new)?;
    let mut found = Vec::new();
    let mut pause = FIRST_PAUSE;
    for _ in 0..ATTEMPTS {
        let output = client.batch_get_item().request_items(table, wanted).send().await;
        let output = output.map_err(StoreError::new)?;
        found.extend(output.responses.unwrap_or_default().into_values().flatten());
        match output.unprocessed_keys.unwrap_or_default().into_values().next() {
            None => return Ok(found),
            Some(left) => wanted = left,
        }
        sleep(pause).await;
        pause *= 2;
    }
    Err(StoreError::new(TooBusy))
}
