use std::collections::HashMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use conversation::Timestamp;

/// A record as a queue delivers it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The id that SQS gave the message: the same at every delivery. A failure is reported by it.
    pub message_id: String,
    /// Names this receive of the message, for changes of its visibility.
    pub receipt_handle: String,
    /// How often the message was received, this time included.
    pub receives: u32,
    /// When the message was sent, by the clock of SQS.
    pub sent_at: Timestamp,
    /// The message group. Its records must be applied in order. Empty in a standard queue.
    pub group: String,
    pub record: String,
}

impl Delivery {
    /// The time from its acceptance until `later`. None, if the clocks disagree.
    #[must_use]
    pub fn millis_until(&self, later: Timestamp) -> u64 {
        let time = later.since(self.sent_at).unwrap_or_default();
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }

    /// What is delivered again together: a group, or the record alone if it has no group.
    pub(crate) fn unit(&self) -> &str {
        if self.group.is_empty() { &self.message_id } else { &self.group }
    }
}

/// The records of one invocation, in the order of the queue.
pub(crate) fn deliveries(event: SqsEvent) -> Vec<Delivery> {
    event
        .records
        .into_iter()
        .map(|mut message| Delivery {
            message_id: message.message_id.unwrap_or_default(),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            receives: receives(&message.attributes),
            sent_at: sent_at(&message.attributes),
            group: message.attributes.remove("MessageGroupId").unwrap_or_default(),
            record: message.body.unwrap_or_default(),
        })
        .collect()
}

/// An attribute that is missing or malformed counts as the first receive.
fn receives(attributes: &HashMap<String, String>) -> u32 {
    attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// An attribute that is missing or malformed counts as now.
fn sent_at(attributes: &HashMap<String, String>) -> Timestamp {
    let millis = attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
    millis.map_or_else(Timestamp::now, Timestamp::from_millis)
}

/// The response to an invocation: the message ids of the records to deliver again. All others are removed from the
/// queue.
pub(crate) fn response(failed: &[&Delivery]) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .iter()
        .map(|delivery| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier.clone_from(&delivery.message_id);
            failure
        })
        .collect();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of a FIFO queue, as Lambda's event source sends it.
    const EVENT: &str = include_str!("../fixtures/fifo-event.json");

    #[test]
    fn an_event_becomes_its_records_in_order() {
        let expected = [
            (
                "059f36b4-87a3-44ab-83d2-661975830a7d",
                "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                1,
                1_763_700_000_000,
                "tttt#1",
                "{\"version\":1}",
            ),
            (
                "2e1424d4-f796-459a-8184-9c92662be6da",
                "AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq",
                3,
                1_763_700_000_001,
                "tttt#2",
                "second",
            ),
        ];
        let expected =
            expected.map(|(message_id, receipt_handle, receives, sent_at, group, record)| Delivery {
                message_id: message_id.to_owned(),
                receipt_handle: receipt_handle.to_owned(),
                receives,
                sent_at: Timestamp::from_millis(sent_at),
                group: group.to_owned(),
                record: record.to_owned(),
            });
        assert_eq!(deliveries(serde_json::from_str(EVENT).unwrap()), expected);
    }

    #[test]
    fn failures_are_reported_by_message_id() {
        let failed = deliveries(serde_json::from_str(EVENT).unwrap());
        let response = serde_json::to_value(response(&[&failed[1]])).unwrap();
        assert_eq!(
            response,
            serde_json::json!({ "batchItemFailures": [{ "itemIdentifier": failed[1].message_id }] })
        );
    }
}
