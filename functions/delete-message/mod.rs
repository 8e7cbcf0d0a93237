//! `DELETE /applications/{token}/chats/{chat}/messages/{message}`

use conversation::acceptance::change;
use conversation::ports::{
    ReadCounters, ReadCurrentMessages, ReadTokenVersions, ReserveRevisions, SendWrites,
};
use conversation::{
    DeleteMessage, Failure, MessageId, MessageWrite, Problem, Row, Timestamp, Write, require_chat,
    while_authorizing,
};
use dynamodb_tables::{Counters, Messages, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Reply, message_id};
use sqs_queues::WriteQueue;

use crate::access;

#[derive(Debug)]
pub struct Handler<Versions, Messages, Counters, Queue> {
    pub access: Access<Versions>,
    pub messages: Messages,
    pub counters: Counters,
    pub queue: Queue,
}

impl Handler<TokenVersions, Messages, Counters, WriteQueue> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            access: access::from_environment(environment)?,
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            queue: WriteQueue::from_environment(environment)?,
        })
    }
}

impl<Versions, Messages, Counters, Queue> Endpoint for Handler<Versions, Messages, Counters, Queue>
where
    Versions: ReadTokenVersions,
    Messages: ReadCurrentMessages,
    Counters: ReserveRevisions<MessageId> + ReadCounters,
    Queue: SendWrites,
{
    const NAME: &'static str = "delete-message";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        let id = message_id(caller.application(), &request)?;
        delete_message(id, Timestamp::now(), caller.authorize(), self).await?;
        Ok(Reply::no_content())
    }
}

/// Deletes a message: queues the deletion behind the message's creation, whether that is stored yet or not.
/// Nothing takes effect unless `authorization` succeeds.
async fn delete_message(
    id: MessageId,
    now: Timestamp,
    authorization: impl Future<Output = Result<(), Failure>>,
    ports: &Handler<
        impl ReadTokenVersions,
        impl ReadCurrentMessages,
        impl ReserveRevisions<MessageId> + ReadCounters,
        impl SendWrites,
    >,
) -> Result<(), Failure> {
    let row =
        while_authorizing(authorization, async { Ok(ports.messages.current_message(&id).await?) }).await?;
    let is_deleted = row == Row::Deleted;
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
    use conversation::TokenVersion;
    use conversation::fake::samples::{application_id, chat_id, message_id};
    use conversation::fake::{FakeQueue, FakeTables, Fault, samples};
    use conversation::ports::{AllocateNumbers, StoreMessages};
    use http_api::fixture::{self, Event, send, token};
    use serde_json::Value;

    use super::*;

    const NOW: i64 = 6_000;

    type FakeHandler = Handler<FakeTables, FakeTables, FakeTables, FakeQueue>;

    /// A chat whose message 1 is numbered and not stored yet.
    async fn setup() -> (FakeHandler, MessageId) {
        let (tables, chat) = FakeTables::with_chat();
        tables.allocate_number(&chat).await.unwrap();
        let handler = Handler {
            access: fixture::access(tables.clone()),
            messages: tables.clone(),
            counters: tables,
            queue: FakeQueue::default(),
        };
        (handler, message_id(&chat, 1))
    }

    async fn delete(id: &MessageId, handler: &FakeHandler) -> Result<(), Problem> {
        delete_message(id.clone(), Timestamp::from_millis(NOW), async { Ok(()) }, handler)
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
        let unknown = message_id(&chat_id(&application_id(), 2), 1);
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
        let event = event(&token(&id.chat.application, 1), "1", "1");
        assert_eq!(send(&handler, event).await, (204, Value::Null));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn the_path_is_parsed_before_the_counters_are_read() {
        let (handler, id) = setup().await;
        let token = &token(&id.chat.application, 1);
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

    #[tokio::test]
    async fn a_revoked_token_deletes_nothing() {
        let (handler, id) = setup().await;
        let application = &id.chat.application;
        handler.counters.set_token_version(application, TokenVersion::new(2));
        for cache in ["cold", "warm"] {
            let (status, body) = send(&handler, event(&token(application, 1), "1", "1")).await;
            assert_eq!((status, body["code"].as_str().unwrap()), (401, "token_revoked"), "{cache}");
        }
        assert_eq!(handler.queue.sent(), []);
        assert_eq!(send(&handler, event(&token(application, 2), "1", "1")).await.0, 204);
    }
}
