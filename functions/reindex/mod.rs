//! The queue of index requests (`index.fifo`), to the index.

use conversation::ports::{IndexMessages, ReadCurrentMessages, StoreError};
use conversation::{IndexChange, IndexRequest, Row, error_chain};
use dynamodb_tables::Messages;
use function_environment::Environment;
use futures_util::future::join_all;
use opensearch_index::{ClientError, MessageIndex};
use sqs_queues::{Delivery, HandleBatch, decode_index_request};

#[derive(Debug, Clone)]
pub struct Handler<Messages, Index> {
    pub messages: Messages,
    pub index: Index,
}

impl Handler<Messages, MessageIndex> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        Ok(Self {
            messages: Messages::from_environment(environment)?,
            index: MessageIndex::from_environment(environment)?,
        })
    }
}

impl<Messages: ReadCurrentMessages, Index: IndexMessages> HandleBatch for Handler<Messages, Index> {
    const NAME: &'static str = "reindex";

    /// Brings the messages that the records name into the index with the present state of their rows, and removes those
    /// that are deleted. A record that cannot be read is dropped.
    async fn handle(&self, deliveries: &[Delivery]) -> Vec<String> {
        let mut failed = Vec::new();
        let mut message_ids = Vec::new();
        let mut changes = Vec::new();
        let found = join_all(deliveries.iter().map(|delivery| change(delivery, &self.messages))).await;
        for (delivery, change) in deliveries.iter().zip(found) {
            let message_id = &delivery.message_id;
            match change {
                Ok(Some(change)) => {
                    message_ids.push(message_id);
                    changes.push(change);
                }
                Ok(None) => {}
                Err(error) => {
                    let cause = error_chain(&error);
                    tracing::warn!(target: "chatlog", message_id, cause, "could not read an index request or the row of its message");
                    failed.push(message_id.clone());
                }
            }
        }
        let not_indexed = self.index.index(&changes).await.unwrap_or_else(|error| {
            let cause = error_chain(&error);
            tracing::warn!(target: "chatlog", cause, "could not change the index");
            (0..changes.len()).collect()
        });
        failed.extend(
            not_indexed.into_iter().filter_map(|position| message_ids.get(position).map(|id| (*id).clone())),
        );
        tracing::info!(target: "chatlog", records = deliveries.len(), failed = failed.len(), "indexed a batch");
        failed
    }
}

/// The index change that a record asks for; `None` if the record cannot be read.
async fn change(
    delivery: &Delivery,
    messages: &impl ReadCurrentMessages,
) -> Result<Option<IndexChange>, StoreError> {
    match decode_index_request(&delivery.record) {
        Ok(IndexRequest::Remove(id)) => Ok(Some(IndexChange::Remove(id))),
        Ok(IndexRequest::Refresh(id)) => Ok(Some(match messages.current_message(&id).await? {
            Row::Live(message) => IndexChange::Put(message),
            // The row was stored when the record was sent, so it is absent only if its chat was deleted since.
            Row::Deleted | Row::Absent => IndexChange::Remove(id),
        })),
        Err(unreadable) if unreadable.is_newer() => Err(StoreError::new(unreadable)),
        Err(unreadable) => {
            let message_id = &delivery.message_id;
            tracing::error!(target: "chatlog", message_id, reason = %unreadable, "dropped an unreadable index request");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{create_message, delete_message, message_id};
    use conversation::fake::{FakeIndex, FakeTables, Fault};
    use conversation::ports::StoreMessages;
    use conversation::{ChatId, MessageId};
    use sqs_queues::encode_index_request;

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeIndex>;

    fn setup() -> (FakeHandler, ChatId) {
        let (messages, chat) = FakeTables::with_chat();
        (Handler { messages, index: FakeIndex::default() }, chat)
    }

    fn delivery(request: &IndexRequest) -> Delivery {
        let id = request.message();
        let record = encode_index_request(request).unwrap();
        Delivery {
            message_id: format!("record {}", id.message),
            group: id.chat.key(),
            record,
            ..Delivery::default()
        }
    }

    /// Stores messages 1 and 2 and returns requests to refresh them.
    async fn store_two(handler: &FakeHandler, chat: &ChatId) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for number in [1, 2] {
            let write = create_message(chat, number, number, &format!("message {number}"));
            handler.messages.create(&write).await.unwrap();
            deliveries.push(delivery(&IndexRequest::Refresh(write.id)));
        }
        deliveries
    }

    const NONE: [String; 0] = [];

    #[tokio::test]
    async fn rows_are_indexed_in_their_present_state() {
        let (handler, chat) = setup();
        let deliveries = store_two(&handler, &chat).await;
        assert_eq!(handler.handle(&deliveries).await, NONE);
        let documents = handler.index.documents();
        let bodies: Vec<&str> = documents.iter().map(|document| document.message.body.as_str()).collect();
        assert_eq!(bodies, ["message 1", "message 2"]);
    }

    #[tokio::test]
    async fn only_failed_records_are_delivered_again() {
        let (handler, chat) = setup();
        let deliveries = store_two(&handler, &chat).await;
        handler.messages.faults.plan([Fault::Before]);
        assert_eq!(handler.handle(&deliveries).await, ["record 1"]);
        handler.index.faults.plan([Fault::Before]);
        assert_eq!(handler.handle(&deliveries).await, ["record 1", "record 2"]);
    }

    #[tokio::test]
    async fn deleted_messages_are_removed_from_the_index() {
        let (handler, chat) = setup();
        let deliveries = store_two(&handler, &chat).await;
        handler.handle(&deliveries).await;
        let ids: [MessageId; 2] = [1, 2].map(|number| message_id(&chat, number));
        handler.messages.delete(&delete_message(&chat, 1, 3)).await.unwrap();
        assert_eq!(handler.handle(&deliveries[..1]).await, NONE);
        assert_eq!(handler.index.documents().len(), 1);
        // The row of message 2 still exists, but its chat is deleted.
        let removal = delivery(&IndexRequest::Remove(ids[1].clone()));
        assert_eq!(handler.handle(&[removal]).await, NONE);
        assert_eq!(handler.index.documents(), []);
    }

    fn record(text: &str) -> Delivery {
        Delivery {
            message_id: "r".to_owned(),
            group: "g".to_owned(),
            record: text.to_owned(),
            ..Delivery::default()
        }
    }

    #[tokio::test]
    async fn an_unreadable_record_is_dropped() {
        let (handler, _) = setup();
        assert_eq!(handler.handle(&[record("{}")]).await, NONE);
    }

    #[tokio::test]
    async fn a_record_of_a_newer_release_is_delivered_again() {
        let (handler, _) = setup();
        assert_eq!(handler.handle(&[record(r#"{"version":2}"#)]).await, ["r"]);
    }
}
