use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use conversation::ports::{ReadCurrentBatches, StoreError};
use conversation::{IndexedMessage, MessageId, Row};
use tokio::time::sleep;

use super::Messages;
use super::row::{key, parse_indexed};
use crate::item::{Item, Malformed, get_number, get_string};

/// How often the rest of a batch is asked for. DynamoDB leaves keys out beyond 16 MB, beyond 1 MB of a partition, and if it
/// throttles a partition: a hundred large messages of one chat take seven calls.
/// Source: `BatchGetItem` in the Amazon DynamoDB API reference.
const CALLS: u32 = 10;
/// How long to wait after a call that read nothing, doubled each time.
const PAUSE: Duration = Duration::from_millis(25);

/// Partition and sort key.
type Key = (String, u64);

impl ReadCurrentBatches for Messages {
    async fn current_messages(
        &self,
        ids: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Row<IndexedMessage>>, StoreError> {
        let mut rows = BTreeMap::new();
        let mut unread: BTreeMap<Key, &MessageId> = ids.iter().map(|id| (key_of_id(id), id)).collect();
        let mut pause = PAUSE;
        for _ in 0..CALLS {
            if unread.is_empty() {
                break;
            }
            let (items, unprocessed) = self.read_batch(unread.values().copied()).await?;
            if items.is_empty() && !unprocessed.is_empty() {
                sleep(pause).await;
                pause *= 2;
            }
            for item in items {
                if let Some(id) = unread.remove(&key_of_item(&item)?) {
                    rows.extend(parsed(id, item));
                }
            }
            // What is neither found nor left over does not exist.
            let (left, absent) = unread.into_iter().partition(|(key, _)| unprocessed.contains(key));
            unread = left;
            let absent: BTreeMap<Key, &MessageId> = absent;
            rows.extend(absent.into_values().map(|id| (id.clone(), Row::Absent)));
        }
        Ok(rows)
    }
}

/// The row, unless it is malformed: one such row must not keep others from being read.
fn parsed(id: &MessageId, item: Item) -> Option<(MessageId, Row<IndexedMessage>)> {
    match parse_indexed(&id.chat, item) {
        Ok(row) => Some((id.clone(), row)),
        Err(error) => {
            let (application, chat) = (id.chat.application.as_str(), id.chat.chat.get());
            let message_number = id.message.get();
            tracing::error!(target: "chatlog", application, chat, message_number, %error, "could not read the row of {id}");
            None
        }
    }
}

impl Messages {
    /// The rows that one call returns, and the keys that it leaves over.
    async fn read_batch(
        &self,
        ids: impl Iterator<Item = &MessageId>,
    ) -> Result<(Vec<Item>, BTreeSet<Key>), StoreError> {
        let keys = KeysAndAttributes::builder().set_keys(Some(ids.map(key).collect())).consistent_read(true);
        let output = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys.build().map_err(StoreError::new)?)
            .send()
            .await
            .map_err(StoreError::new)?;
        let unprocessed = output.unprocessed_keys.unwrap_or_default().into_values();
        let unprocessed: Result<_, Malformed> =
            unprocessed.flat_map(|keys| keys.keys).map(|key| key_of_item(&key)).collect();
        let items = output.responses.unwrap_or_default().into_values().flatten().collect();
        Ok((items, unprocessed?))
    }
}

fn key_of_id(id: &MessageId) -> Key {
    (id.chat.key(), id.message.get())
}

fn key_of_item(item: &Item) -> Result<Key, Malformed> {
    Ok((get_string(item, "chat")?.to_owned(), get_number(item, "number")?))
}
