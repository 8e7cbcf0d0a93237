//! Dead letters, as an operator looks at them and moves them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
};
use aws_types::SdkConfig;
use conversation::Timestamp;
use conversation::ports::StoreError;

use crate::queue_size::{QueueSize, queue_size};

/// How long received records are hidden from others. If the process dies, they come back after it.
const HOLD: Duration = Duration::from_mins(1);
/// How long a receive waits for records. A shorter one would not ask all of SQS's servers.
const WAIT: Duration = Duration::from_secs(1);
/// The most messages in one call. Source: `ReceiveMessage` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// A record in a dead-letter queue.
#[derive(Debug, Clone)]
pub struct BuriedRecord {
    pub message_id: String,
    /// Empty in a standard queue.
    pub group: String,
    pub record: String,
    /// Why a function moved it there; `None` if SQS did, because it was received too often. It may quote the record.
    pub reason: Option<String>,
    /// When it came to the dead-letter queue.
    pub sent_at: Timestamp,
    /// How often it was received, this time included.
    pub receives: u32,
    receipt_handle: String,
    /// The other attributes.
    attributes: HashMap<String, MessageAttributeValue>,
}

/// A dead-letter queue and the queue that its records come from.
///
/// SQS shows messages only by `ReceiveMessage`, which hides them. In a FIFO queue it also hides what is behind them in their group, so that
/// of each group only the first ten are reached, until they are moved or removed.
#[derive(Debug, Clone)]
pub struct BuriedRecords {
    client: Client,
    url: String,
    source_url: String,
}

impl BuriedRecords {
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str, source_url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned(), source_url: source_url.to_owned() }
    }

    /// # Errors
    /// The queue could not be asked.
    pub async fn size(&self) -> Result<QueueSize, StoreError> {
        queue_size(&self.client, &self.url).await
    }

    /// Receives records until `is_enough` holds for those so far, or there are no more. They are hidden for a minute, unless they are
    /// released.
    ///
    /// # Errors
    /// The queue could not be asked. Then no record stays hidden, if possible.
    pub async fn hold(
        &self,
        is_enough: impl Fn(&[BuriedRecord]) -> bool,
    ) -> Result<Vec<BuriedRecord>, StoreError> {
        let mut held: Vec<BuriedRecord> = Vec::new();
        while !is_enough(&held) {
            let received = match self.receive().await {
                Ok(received) => received,
                Err(error) => {
                    let _ = self.release(&held).await;
                    return Err(error);
                }
            };
            let before = held.len();
            for record in received {
                // After a minute, it comes again.
                match held.iter_mut().find(|held| held.message_id == record.message_id) {
                    Some(held) => *held = record,
                    None => held.push(record),
                }
            }
            if held.len() == before {
                break;
            }
        }
        Ok(held)
    }

    async fn receive(&self) -> Result<Vec<BuriedRecord>, StoreError> {
        let output = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(BATCH).map_err(StoreError::new)?)
            .visibility_timeout(i32::try_from(HOLD.as_secs()).map_err(StoreError::new)?)
            .wait_time_seconds(i32::try_from(WAIT.as_secs()).map_err(StoreError::new)?)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(output.messages.unwrap_or_default().into_iter().map(BuriedRecord::from).collect())
    }

    /// Makes records visible again.
    ///
    /// # Errors
    /// They come back after a minute.
    pub async fn release(&self, records: &[BuriedRecord]) -> Result<(), StoreError> {
        for batch in records.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(position, record)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(position.to_string())
                    .receipt_handle(&record.receipt_handle)
                    .visibility_timeout(0)
                    .build()
            });
            let entries = entries.collect::<Result<_, _>>().map_err(StoreError::new)?;
            let request = self.client.change_message_visibility_batch().queue_url(&self.url);
            request.set_entries(Some(entries)).send().await.map_err(StoreError::new)?;
        }
        Ok(())
    }

    /// Sends the record to the queue that it came from, in its group and without its reason, then removes it here. If it fails in
    /// between, the record is in both queues: it takes effect once, and another redrive within five minutes sends nothing.
    ///
    /// # Errors
    /// SQS did not accept it, or did not remove it here.
    pub async fn redrive(&self, record: &BuriedRecord) -> Result<(), StoreError> {
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.source_url)
            .message_body(&record.record)
            .set_message_attributes(Some(record.attributes.clone()).filter(|all| !all.is_empty()));
        if !record.group.is_empty() {
            request = request.message_group_id(&record.group).message_deduplication_id(&record.message_id);
        }
        request.send().await.map_err(StoreError::new)?;
        self.remove(record).await
    }

    /// Removes the record for ever.
    ///
    /// # Errors
    /// SQS did not remove it.
    pub async fn remove(&self, record: &BuriedRecord) -> Result<(), StoreError> {
        let request = self.client.delete_message().queue_url(&self.url);
        request.receipt_handle(&record.receipt_handle).send().await.map_err(StoreError::new)?;
        Ok(())
    }
}

impl From<Message> for BuriedRecord {
    fn from(message: Message) -> Self {
        let mut attributes = message.message_attributes.unwrap_or_default();
        let system: BTreeMap<String, String> = message
            .attributes
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect();
        let text = |name| system.get(name).cloned().unwrap_or_default();
        Self {
            message_id: message.message_id.unwrap_or_default(),
            group: text("MessageGroupId"),
            record: message.body.unwrap_or_default(),
            reason: attributes.remove("reason").and_then(|reason| reason.string_value),
            sent_at: Timestamp::from_millis(text("SentTimestamp").parse().unwrap_or_default()),
            receives: text("ApproximateReceiveCount").parse().unwrap_or(1),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            attributes,
        }
    }
}
