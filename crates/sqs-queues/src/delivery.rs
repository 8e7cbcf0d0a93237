use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};

/// One record as the queue delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The queue's name for this record, by which its failure is reported.
    pub id: String,
    /// The message group: records of one group must be applied in order.
    pub group: String,
    pub record: String,
}

/// The records of one invocation, in the order of the queue.
#[must_use]
pub fn deliveries(event: SqsEvent) -> Vec<Delivery> {
    event
        .records
        .into_iter()
        .map(|mut message| Delivery {
            id: message.message_id.unwrap_or_default(),
            group: message.attributes.remove("MessageGroupId").unwrap_or_default(),
            record: message.body.unwrap_or_default(),
        })
        .collect()
}

/// Tells the event source which records to deliver again.
#[must_use]
pub fn response(failed: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event as the event source of a FIFO queue sends it.
    const EVENT: &str = include_str!("../fixtures/fifo-event.json");

    #[test]
    fn an_event_becomes_its_records_in_order() {
        let delivered = deliveries(serde_json::from_str(EVENT).unwrap());
        let seen: Vec<(&str, &str, &str)> =
            delivered.iter().map(|d| (d.id.as_str(), d.group.as_str(), d.record.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("059f36b4-87a3-44ab-83d2-661975830a7d", "tttt#1", "{\"version\":1}"),
                ("2e1424d4-f796-459a-8184-9c92662be6da", "tttt#2", "second"),
            ]
        );
    }

    #[test]
    fn failures_are_reported_by_name() {
        let text = serde_json::to_value(response(vec!["a".into()])).unwrap();
        assert_eq!(text, serde_json::json!({ "batchItemFailures": [{ "itemIdentifier": "a" }] }));
    }
}
