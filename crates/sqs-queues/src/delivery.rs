use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};

/// A record as a queue delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The id that SQS gave the message: the same at every delivery. A failure is reported by it.
    pub message_id: String,
    /// The message group. Its records must be applied in order.
    pub group: String,
    pub record: String,
}

/// The records of one invocation, in the order of the queue.
pub(crate) fn deliveries(event: SqsEvent) -> Vec<Delivery> {
    event
        .records
        .into_iter()
        .map(|mut message| Delivery {
            message_id: message.message_id.unwrap_or_default(),
            group: message.attributes.remove("MessageGroupId").unwrap_or_default(),
            record: message.body.unwrap_or_default(),
        })
        .collect()
}

/// The response to an invocation: the message ids of the records to deliver again. All others are removed from the
/// queue.
pub(crate) fn response(failed: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .map(|message_id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
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
            ("059f36b4-87a3-44ab-83d2-661975830a7d", "tttt#1", "{\"version\":1}"),
            ("2e1424d4-f796-459a-8184-9c92662be6da", "tttt#2", "second"),
        ];
        let expected = expected.map(|(message_id, group, record)| Delivery {
            message_id: message_id.to_owned(),
            group: group.to_owned(),
            record: record.to_owned(),
        });
        assert_eq!(deliveries(serde_json::from_str(EVENT).unwrap()), expected);
    }

    #[test]
    fn failures_are_reported_by_message_id() {
        let response = serde_json::to_value(response(vec!["a".into()])).unwrap();
        assert_eq!(response, serde_json::json!({ "batchItemFailures": [{ "itemIdentifier": "a" }] }));
    }
}
