use conversation::ports::{IndexMessages, ReadCurrent, StoreError};
use conversation::{IndexChange, IndexRequest, Row};
use function_environment::chain;
use futures_util::future::join_all;
use sqs_queues::Delivery;

/// Brings the messages that the records name into the index as their rows are at this moment, and takes
/// those out that are deleted. Answers the names of the records that must be delivered again.
///
/// A record that cannot be read asks for nothing.
pub(crate) async fn reindex(
    deliveries: &[Delivery],
    messages: &impl ReadCurrent,
    index: &impl IndexMessages,
) -> Vec<String> {
    let mut again = Vec::new();
    let mut asking = Vec::new();
    let mut changes = Vec::new();
    let wanted = join_all(deliveries.iter().map(|delivery| change(delivery, messages))).await;
    for (delivery, change) in deliveries.iter().zip(wanted) {
        match change {
            Ok(Some(change)) => {
                asking.push(&delivery.id);
                changes.push(change);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(target: "chatlog", record = delivery.id, cause = chain(&error), "a row was not read");
                again.push(delivery.id.clone());
            }
        }
    }
    let failed = index.index(&changes).await.unwrap_or_else(|error| {
        tracing::warn!(target: "chatlog", cause = chain(&error), "messages were not indexed");
        (0..changes.len()).collect()
    });
    again.extend(failed.into_iter().filter_map(|place| asking.get(place).map(|id| (*id).clone())));
    tracing::info!(target: "chatlog", function = "reindex", records = deliveries.len(), again = again.len(), "applied");
    again
}

async fn change(delivery: &Delivery, messages: &impl ReadCurrent) -> Result<Option<IndexChange>, StoreError> {
    match IndexRequest::decode(&delivery.record) {
        Ok(IndexRequest::Remove(id)) => Ok(Some(IndexChange::Remove(id))),
        Ok(IndexRequest::Refresh(id)) => Ok(Some(match messages.current(&id).await? {
            Row::Live(message) => IndexChange::Put(message),
            // It was stored when this was asked for, so it is absent only after its chat was deleted.
            Row::Deleted | Row::Absent => IndexChange::Remove(id),
        })),
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
    use conversation::{
        Body, ChatId, CreateMessage, DeleteMessage, MessageId, MessageNumber, Revision, Timestamp,
    };

    use super::*;

    async fn store(tables: &FakeTables, chat: &ChatId, number: u64) -> Delivery {
        let id = MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() };
        let write = CreateMessage {
            id: id.clone(),
            revision: Revision::new(number).unwrap(),
            body: Body::parse(format!("message {number}")).unwrap(),
            at: Timestamp::from_millis(5),
        };
        tables.create(&write).await.unwrap();
        delivery(&id)
    }

    fn delivery(id: &MessageId) -> Delivery {
        let record = IndexRequest::Refresh(id.clone()).encode().unwrap();
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
    async fn what_is_deleted_is_taken_out() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        let records = [store(&tables, &chat, 1).await, store(&tables, &chat, 2).await];
        reindex(&records, &tables, &index).await;
        let ids = [1, 2]
            .map(|number| MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() });
        let write = DeleteMessage {
            id: ids[0].clone(),
            revision: Revision::new(3).unwrap(),
            at: Timestamp::from_millis(6),
        };
        tables.delete(&write).await.unwrap();
        assert!(reindex(&records[..1], &tables, &index).await.is_empty());
        assert_eq!(index.documents().len(), 1);
        // The row is still there, but its chat is deleted.
        let record = IndexRequest::Remove(ids[1].clone()).encode().unwrap();
        let gone = Delivery { id: "r".into(), group: chat.key(), record };
        assert!(reindex(&[gone], &tables, &index).await.is_empty());
        assert!(index.documents().is_empty());
    }

    #[tokio::test]
    async fn records_that_ask_for_nothing_are_done() {
        let ((tables, _), index) = (FakeTables::with_chat(), FakeIndex::default());
        let unreadable = Delivery { id: "u".into(), group: "g".into(), record: "{}".into() };
        assert!(reindex(&[unreadable], &tables, &index).await.is_empty());
    }
}
