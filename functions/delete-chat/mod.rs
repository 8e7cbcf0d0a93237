//! `DELETE /applications/{token}/chats/{chat}`

use conversation::acceptance::change;
use conversation::ports::{CloseChats, ReadCounters, ReadTokenVersions, ReserveRevisions, SendWrites};
use conversation::{ChatId, DeleteChat, Failure, Problem, Write, require_chat, while_authorizing};
use dynamodb_tables::{Counters, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Reply, chat_id};
use sqs_queues::WriteQueue;

use crate::access;

#[derive(Debug)]
pub struct Handler<Versions, Counters, Queue> {
    pub access: Access<Versions>,
    pub counters: Counters,
    pub queue: Queue,
}

impl Handler<TokenVersions, Counters, WriteQueue> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            access: access::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            queue: WriteQueue::from_environment(environment)?,
        })
    }
}

impl<Versions, Counters, Queue> Endpoint for Handler<Versions, Counters, Queue>
where
    Versions: ReadTokenVersions,
    Counters: ReserveRevisions<ChatId> + CloseChats + ReadCounters,
    Queue: SendWrites,
{
    const NAME: &'static str = "delete-chat";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        delete_chat(chat_id(caller.application(), &request)?, caller.authorize(), self).await?;
        Ok(Reply::no_content())
    }
}

/// Deletes a chat with all its messages: queues the deletion and closes the chat, so that it accepts no message after
/// the reply. Nothing takes effect unless
/// `authorization` succeeds.
async fn delete_chat(
    id: ChatId,
    authorization: impl Future<Output = Result<(), Failure>>,
    ports: &Handler<
        impl ReadTokenVersions,
        impl ReserveRevisions<ChatId> + CloseChats + ReadCounters,
        impl SendWrites,
    >,
) -> Result<(), Failure> {
    while_authorizing(authorization, require_chat(&id, &ports.counters)).await?;
    let write = |revision| Write::DeleteChat(DeleteChat { id: id.clone(), revision });
    change(&id, write, &ports.counters, &ports.queue).await?.ok_or(Problem::ApplicationNotFound)?;
    // Persist closes the chat too, but the reply promises that it is closed now.
    ports.counters.close(&id).await.map_err(Failure::outcome_unknown)
}

#[cfg(test)]
mod tests {
    use conversation::TokenVersion;
    use conversation::fake::samples::{self, application_id, chat_id};
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::AllocateNumbers;
    use http_api::fixture::{self, Event, send, token};
    use serde_json::Value;

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeTables, FakeQueue>;

    fn setup() -> (FakeHandler, ChatId) {
        let (counters, chat) = FakeTables::with_chat();
        let access = fixture::access(counters.clone());
        (Handler { access, counters, queue: FakeQueue::default() }, chat)
    }

    async fn delete(id: &ChatId, handler: &FakeHandler) -> Result<(), Problem> {
        delete_chat(id.clone(), async { Ok(()) }, handler).await.map_err(|failure| failure.problem)
    }

    fn deletion(id: &ChatId, revision: u64) -> Write {
        Write::DeleteChat(samples::delete_chat(id, revision))
    }

    #[tokio::test]
    async fn the_deletion_is_queued_and_the_chat_is_closed() {
        let (handler, id) = setup();
        assert_eq!(delete(&id, &handler).await, Ok(()));
        assert_eq!(handler.queue.sent(), [deletion(&id, 2)]);
        assert_eq!(handler.counters.allocate_number(&id).await.unwrap(), None);
        assert_eq!(delete(&id, &handler).await, Err(Problem::ChatNotFound), "it is deleted already");
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn an_unknown_chat_differs_from_an_unknown_application() {
        let (handler, id) = setup();
        let unknown = chat_id(&id.application, 2);
        assert_eq!(delete(&unknown, &handler).await, Err(Problem::ChatNotFound));
        assert_eq!(delete(&chat_id(&application_id(), 2), &handler).await, Err(Problem::ApplicationNotFound));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn an_unsent_deletion_leaves_the_chat_open_and_releases_its_revision() {
        let (handler, id) = setup();
        handler.queue.faults.plan([Fault::Before]);
        assert_eq!(delete(&id, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert!(handler.counters.allocate_number(&id).await.unwrap().is_some(), "the chat is open");
        assert_eq!(delete(&id, &handler).await, Ok(()));
        assert_eq!(handler.queue.sent(), [deletion(&id, 2)]);
    }

    #[tokio::test]
    async fn a_lost_reply_of_the_queue_leaves_the_outcome_unknown() {
        let (handler, id) = setup();
        handler.queue.faults.plan([Fault::After]);
        assert_eq!(delete(&id, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_chat_that_could_not_be_closed_is_not_reported_as_deleted() {
        let (handler, id) = setup();
        handler.counters.faults.plan([Fault::None, Fault::None, Fault::Before]);
        assert_eq!(delete(&id, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    fn event(token: &str, chat: &str) -> Event {
        Event::new("DELETE /applications/{token}/chats/{chat}", &[("token", token), ("chat", chat)])
    }

    #[tokio::test]
    async fn the_response_to_a_deletion_has_no_body() {
        let (handler, id) = setup();
        let event = event(&token(&id.application, 1), "1");
        assert_eq!(send(&handler, event).await, (204, Value::Null));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn the_path_is_parsed_before_the_counters_are_read() {
        let (handler, id) = setup();
        let (known, unknown) = (token(&id.application, 1), token(&application_id(), 1));
        for (event, code) in [
            (event("short", "x"), "application_not_found"),
            (event(&unknown, "x"), "chat_not_found"),
            (event(&unknown, "1"), "application_not_found"),
            (event(&known, "2"), "chat_not_found"),
        ] {
            let (status, body) = send(&handler, event).await;
            assert_eq!((status, body["code"].as_str().unwrap()), (404, code), "{body}");
        }
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn a_revoked_token_deletes_nothing() {
        let (handler, id) = setup();
        handler.counters.set_token_version(&id.application, TokenVersion::new(2));
        for cache in ["cold", "warm"] {
            let (status, body) = send(&handler, event(&token(&id.application, 1), "1")).await;
            assert_eq!((status, body["code"].as_str().unwrap()), (401, "token_revoked"), "{cache}");
        }
        assert_eq!(handler.queue.sent(), []);
        assert_eq!(send(&handler, event(&token(&id.application, 2), "1")).await.0, 204);
    }
}
