use conversation::IndexRequest;
use conversation::ports::{IndexMessages, IndexedMessage, ReadCurrent, StoreError};
use function_environment::chain;
use futures_util::future::join_all;
use sqs_queues::Delivery;

/// Indexes the messages that the records name, as their rows are at this moment. Answers the names of
/// the records that must be delivered again.
///
/// A record that cannot be read, and one whose row is gone, ask for nothing.
pub(crate) async fn reindex(
    deliveries: &[Delivery],
    messages: &impl ReadCurrent,
    index: &impl IndexMessages,
) -> Vec<String> {
    let mut again = Vec::new();
    let mut asking = Vec::new();
    let mut current = Vec::new();
    let rows = join_all(deliveries.iter().map(|delivery| row(delivery, messages))).await;
    for (delivery, row) in deliveries.iter().zip(rows) {
        match row {
            Ok(Some(message)) => {
                asking.push(&delivery.id);
                current.push(message);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(target: "chatlog", record = delivery.id, cause = chain(&error), "a row was not read");
                again.push(delivery.id.clone());
            }
        }
    }
    let failed = index.index(&current).await.unwrap_or_else(|error| {
        tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not indexed");
        (0..current.len()).collect()
    });
    again.extend(failed.into_iter().filter_map(|place| asking.get(place).map(|id| (*id).clone())));
    tracing::info!(target: "chatlog", function = "reindex", records = deliveries.len(), again = again.len(), "applied");
    again
}

async fn row(delivery: &Delivery, messages: &impl ReadCurrent) -> Result<Option<IndexedMessage>, StoreError> {
    match IndexRequest::decode(&delivery.record) {
        Ok(IndexRequest(id)) => messages.current(&id).await,
        Err(unreadable) => {
            tracing::error!(target: "chatlog", record = delivery.id, reason = %unreadable, "dropped a record");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeIndex, FakeTables, Fault};
    use conversation::ports::StoreMessages;
    use conversation::{Body, ChatId, CreateMessage, MessageId, MessageNumber, Revision, Timestamp};

    use super::*;

    async fn store(tables: &FakeTables, chat: &ChatId, number: u64) -> Delivery {
        let id = MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() };
        let write = CreateMessage {
            id: id.clone(),
            revision: Revision::new(number).unwrap(),
            body: Body::parse(format!("message {number}")).unwrap(),
            at: Timestamp::from_millis(5),
        };
        tables.store(&write).await.unwrap();
        delivery(&id)
    }

    fn delivery(id: &MessageId) -> Delivery {
        let record = IndexRequest(id.clone()).encode().unwrap();
        Delivery { id: format!("record {}", id.message), group: id.chat.key(), record }
    }

    #[tokio::test]
    async fn rows_are_indexed_as_they_are() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        let records = [store(&tables, &chat, 1).await, store(&tables, &chat, 2).await];
        assert!(reindex(&records, &tables, &index).await.is_empty());
        let bodies: Vec<String> =
            index.documents().into_iter().map(|document| document.message.body.into_string()).collect();
        assert_eq!(bodies, ["message 1", "message 2"]);
    }

    #[tokio::test]
    async fn what_fails_comes_again_and_nothing_else() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        let records = [store(&tables, &chat, 1).await, store(&tables, &chat, 2).await];
        tables.faults.plan([Fault::Before]);
        assert_eq!(reindex(&records, &tables, &index).await, ["record 1"]);
        index.faults.plan([Fault::Before]);
        assert_eq!(reindex(&records, &tables, &index).await, ["record 1", "record 2"]);
    }

    #[tokio::test]
    async fn records_that_ask_for_nothing_are_done() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        let gone = delivery(&MessageId { chat, message: MessageNumber::new(9).unwrap() });
        let unreadable = Delivery { id: "u".into(), group: "g".into(), record: "{}".into() };
        assert!(reindex(&[gone, unreadable], &tables, &index).await.is_empty());
        assert!(index.documents().is_empty());
    }
}
