//! `DELETE /applications/{token}/chats/{chat}/messages/{message}`

use conversation::acceptance::change;
use conversation::ports::{ReadCounters, ReadCurrentMessages, ReserveRevisions, SendWrites};
use conversation::{
    DeleteMessage, Failure, MessageId, MessageWrite, Problem, Row, Timestamp, Write, require_chat,
};
use dynamodb_tables::{Counters, Messages};
use function_environment::{ConfigError, Environment};
use http_api::{ApiError, ApiRequest, Endpoint, Reply, message_id};
use sqs_queues::WriteQueue;

#[derive(Debug, Clone)]
pub struct Handler<Messages, Counters, Queue> {
    pub messages: Messages,
    pub counters: Counters,
    pub queue: Queue,
}

impl Handler<Messages, Counters, WriteQueue> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            queue: WriteQueue::from_environment(environment)?,
        })
    }
}

impl<Messages, Counters, Queue> Endpoint for Handler<Messages, Counters, Queue>
where
    Messages: ReadCurrentMessages,
    Counters: ReserveRevisions<MessageId> + ReadCounters,
    Queue: SendWrites,
{
    const NAME: &'static str = "delete-message";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        delete_message(message_id(&request)?, Timestamp::now(), self).await?;
        Ok(Reply::no_content())
    }
}

/// Deletes a message: queues the deletion behind the message's creation, whether that is stored yet or not.
async fn delete_message(
    id: MessageId,
    now: Timestamp,
    ports: &Handler<
        impl ReadCurrentMessages,
        impl ReserveRevisions<MessageId> + ReadCounters,
        impl SendWrites,
    >,
) -> Result<(), Failure> {
    let is_deleted = ports.messages.current_message(&id).await? == Row::Deleted;
    let write = |revision| {
        let write = DeleteMessage { id: id.clone(), revision, at: now };
        Write::Message(MessageWrite::Delete(write))
    };
    if !is_deleted && change(&id, write, &ports.counters, &ports.queue).await?.is_some() {
        return Ok(());
    }
    require_chat(&id.chat, &ports.counters).await?;
    Err(Problem::MessageNotFound.into())
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{chat_id, message_id, token};
    use conversation::fake::{FakeQueue, FakeTables, Fault, samples};
    use conversation::ports::{AllocateNumbers, StoreMessages};
    use http_api::fixture::{Event, send};
    use serde_json::Value;

    use super::*;

    const NOW: i64 = 6_000;

    type FakeHandler = Handler<FakeTables, FakeTables, FakeQueue>;

    /// A chat whose message 1 is numbered and not stored yet.
    async fn setup() -> (FakeHandler, MessageId) {
        let (tables, chat) = FakeTables::with_chat();
        tables.allocate_number(&chat).await.unwrap();
        let handler = Handler { messages: tables.clone(), counters: tables, queue: FakeQueue::default() };
        (handler, message_id(&chat, 1))
    }

    async fn delete(id: &MessageId, handler: &FakeHandler) -> Result<(), Problem> {
        delete_message(id.clone(), Timestamp::from_millis(NOW), handler)
            .await
            .map_err(|failure| failure.problem)
    }

    fn deletion(id: &MessageId, revision: u64) -> Write {
        Write::Message(MessageWrite::Delete(samples::delete_message(&id.chat, id.message.get(), revision)))
    }

    #[tokio::test]
    async fn the_deletion_is_queued_even_before_the_message_is_stored() {
        let (handler, id) = setup().await;
        assert_eq!(delete(&id, &handler).await, Ok(()));
        assert_eq!(handler.queue.sent(), [deletion(&id, 2)]);
    }

    #[tokio::test]
    async fn the_problem_says_what_does_not_exist() {
        let (handler, id) = setup().await;
        let unknown = message_id(&id.chat, 2);
        assert_eq!(delete(&unknown, &handler).await, Err(Problem::MessageNotFound));
        let unknown = message_id(&chat_id(&id.chat.application, 2), 1);
        assert_eq!(delete(&unknown, &handler).await, Err(Problem::ChatNotFound));
        let unknown = message_id(&chat_id(&token(), 2), 1);
        assert_eq!(delete(&unknown, &handler).await, Err(Problem::ApplicationNotFound));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn a_deleted_message_is_not_found_and_reserves_no_revision() {
        let (handler, id) = setup().await;
        let stored = samples::delete_message(&id.chat, 1, 2);
        StoreMessages::delete(&handler.messages, &stored).await.unwrap();
        assert_eq!(delete(&id, &handler).await, Err(Problem::MessageNotFound));
        assert_eq!(handler.queue.sent(), []);
        assert_eq!(handler.counters.reserve_revision(&id).await.unwrap().unwrap().revision.get(), 2);
    }

    #[tokio::test]
    async fn an_unsent_deletion_releases_its_revision() {
        let (handler, id) = setup().await;
        handler.queue.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(delete(&id, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(delete(&id, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(delete(&id, &handler).await, Ok(()));
        assert_eq!(handler.queue.sent(), [deletion(&id, 2), deletion(&id, 3)]);
    }

    fn event(token: &str, chat: &str, message: &str) -> Event {
        let route = "DELETE /applications/{token}/chats/{chat}/messages/{message}";
        Event::new(route, &[("token", token), ("chat", chat), ("message", message)])
    }

    #[tokio::test]
    async fn the_response_to_a_deletion_has_no_body() {
        let (handler, id) = setup().await;
        let event = event(id.chat.application.as_str(), "1", "1");
        assert_eq!(send(&handler, event).await, (204, Value::Null));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn the_path_is_parsed_before_the_counters_are_read() {
        let (handler, id) = setup().await;
        let token = id.chat.application.as_str();
        for (event, code) in [
            (event("short", "x", "x"), "application_not_found"),
            (event(token, "x", "x"), "chat_not_found"),
            (event(token, "2", "x"), "message_not_found"),
            (event(token, "2", "1"), "chat_not_found"),
            (event(token, "1", "2"), "message_not_found"),
        ] {
            let (status, body) = send(&handler, event).await;
            assert_eq!((status, body["code"].as_str().unwrap()), (404, code), "{body}");
        }
        assert_eq!(handler.queue.sent(), []);
    }
}
