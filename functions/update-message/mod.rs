//! `PUT` and `PATCH /applications/{token}/chats/{chat}/messages/{message}`

use std::time::Duration;

use conversation::acceptance::change;
use conversation::ports::{
    FindLaterMessages, ReadCounters, ReadCurrentMessages, ReadTokenVersions, ReserveRevisions, SendWrites,
};
use conversation::{
    Body, Failure, Message, MessageId, MessageWrite, Problem, Row, Timestamp, UpdateMessage, Write,
    missing_message, require_chat, while_authorizing,
};
use dynamodb_tables::{Counters, Messages, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Fields, Reply, message, message_id};
use sqs_queues::WriteQueue;
use tokio::time::{Instant, sleep};

use crate::access;

/// How long an update waits in total for a message that is accepted and not stored yet. That usually takes well under a second. While
/// rows are stored late, longer waits would only use up the account's concurrency.
const WAIT: Duration = Duration::from_millis(1_500);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

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
    Messages: ReadCurrentMessages + FindLaterMessages,
    Counters: ReserveRevisions<MessageId> + ReadCounters,
    Queue: SendWrites,
{
    const NAME: &'static str = "update-message";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        let id = message_id(caller.application(), &request)?;
        let body = Fields::from_request(&request)?.body()?;
        let updated = update_message(id, body, Timestamp::now(), caller.authorize(), self).await?;
        Ok(Reply::ok(&message(&updated)))
    }
}

/// Gives a message another body: reads its row, whose `created_at` is part of the reply, then queues the update.
/// Nothing takes effect unless `authorization` succeeds.
async fn update_message(
    id: MessageId,
    body: Body,
    now: Timestamp,
    authorization: impl Future<Output = Result<(), Failure>>,
    ports: &Handler<
        impl ReadTokenVersions,
        impl ReadCurrentMessages + FindLaterMessages,
        impl ReserveRevisions<MessageId> + ReadCounters,
        impl SendWrites,
    >,
) -> Result<Message, Failure> {
    let stored =
        while_authorizing(authorization, stored_message(&id, now, &ports.messages, &ports.counters)).await?;
    // The clock of another machine may be ahead of this one.
    let at = now.max(stored.updated_at);
    let write = |revision| {
        let write = UpdateMessage { id: id.clone(), revision, body: body.clone(), at };
        Write::Message(MessageWrite::Update(write))
    };
    if change(&id, write, &ports.counters, &ports.queue).await?.is_none() {
        require_chat(&id.chat, &ports.counters).await?;
        return Err(Problem::MessageNotFound.into());
    }
    Ok(Message { body, updated_at: at, ..stored })
}

/// Returns the stored message, and waits for it if it is accepted and not stored yet.
async fn stored_message(
    id: &MessageId,
    now: Timestamp,
    messages: &(impl ReadCurrentMessages + FindLaterMessages),
    counters: &impl ReadCounters,
) -> Result<Message, Failure> {
    let deadline = Instant::now() + WAIT;
    let mut pause = FIRST_PAUSE;
    let mut is_coming = false;
    loop {
        let row = messages.current_message(id).await?;
        if let Row::Live(indexed) = row {
            return Ok(indexed.message);
        }
        if row == Row::Deleted || !is_coming {
            let last = require_chat(&id.chat, counters).await?;
            is_coming = row == Row::Absent
                && id.message.get() <= last
                && missing_message(id, now, messages).await? == Problem::NotStoredYet;
        }
        if !is_coming {
            return Err(Problem::MessageNotFound.into());
        }
        if Instant::now() + pause > deadline {
            return Err(Problem::TemporarilyUnavailable.into());
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use conversation::TokenVersion;
    use conversation::fake::samples::{self, application_id, chat_id, message_id, revision};
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::{AllocateNumbers, CloseChats, StoreMessages};
    use http_api::fixture::{self, Event, send, token};
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 7_000;

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

    /// Stores message 1, created at 1001 ms.
    async fn store(handler: &FakeHandler, id: &MessageId) {
        let write = samples::create_message(&id.chat, 1, 1, "before");
        StoreMessages::create(&handler.messages, &write).await.unwrap();
    }

    async fn setup_stored() -> (FakeHandler, MessageId) {
        let (handler, id) = setup().await;
        store(&handler, &id).await;
        (handler, id)
    }

    async fn update(id: &MessageId, handler: &FakeHandler) -> Result<Message, Problem> {
        let now = Timestamp::from_millis(NOW);
        update_message(id.clone(), samples::body("after"), now, async { Ok(()) }, handler)
            .await
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn the_update_is_queued_and_the_reply_shows_the_updated_message() {
        let (handler, id) = setup_stored().await;
        let updated = update(&id, &handler).await.unwrap();
        let at = Timestamp::from_millis(NOW);
        assert_eq!((updated.number.get(), updated.body.as_str()), (1, "after"));
        assert_eq!((updated.created_at.millis(), updated.updated_at), (1_001, at));
        let write = UpdateMessage { id, revision: revision(2), body: samples::body("after"), at };
        assert_eq!(handler.queue.sent(), [Write::Message(MessageWrite::Update(write))]);
    }

    #[tokio::test]
    async fn the_problem_says_what_does_not_exist() {
        let (handler, id) = setup_stored().await;
        let unknown = message_id(&id.chat, 2);
        assert_eq!(update(&unknown, &handler).await, Err(Problem::MessageNotFound));
        let unknown = message_id(&chat_id(&id.chat.application, 2), 1);
        assert_eq!(update(&unknown, &handler).await, Err(Problem::ChatNotFound));
        let unknown = message_id(&chat_id(&application_id(), 2), 1);
        assert_eq!(update(&unknown, &handler).await, Err(Problem::ApplicationNotFound));
        handler.counters.close(&id.chat).await.unwrap();
        assert_eq!(update(&id, &handler).await, Err(Problem::ChatNotFound), "its row is not swept yet");
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn a_deleted_message_is_not_found() {
        let (handler, id) = setup_stored().await;
        let deletion = samples::delete_message(&id.chat, 1, 2);
        StoreMessages::delete(&handler.messages, &deletion).await.unwrap();
        assert_eq!(update(&id, &handler).await, Err(Problem::MessageNotFound));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn an_update_waits_for_a_message_that_is_not_stored_yet() {
        let (handler, id) = setup().await;
        let stored_later = async {
            sleep(Duration::from_secs(1)).await;
            store(&handler, &id).await;
        };
        let (updated, ()) = tokio::join!(update(&id, &handler), stored_later);
        assert_eq!(updated.map(|message| message.created_at.millis()), Ok(1_001));
    }

    #[tokio::test]
    async fn a_number_that_nothing_used_is_not_waited_for() {
        let (handler, id) = setup().await;
        let later = samples::create_message(&id.chat, 2, 2, "later");
        StoreMessages::create(&handler.messages, &later).await.unwrap();
        let now = Timestamp::from_millis(later.at.millis() + 600_001);
        let updated = update_message(id, samples::body("after"), now, async { Ok(()) }, &handler).await;
        assert_eq!(updated.unwrap_err().problem, Problem::MessageNotFound);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_message_times_out() {
        let (handler, id) = setup().await;
        let start = Instant::now();
        assert_eq!(update(&id, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert!(start.elapsed() <= Duration::from_millis(1_500));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn an_unsent_update_releases_its_revision() {
        let (handler, id) = setup_stored().await;
        handler.queue.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(update(&id, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(update(&id, &handler).await, Err(Problem::OutcomeUnknown));
        update(&id, &handler).await.unwrap();
        let revisions: Vec<u64> = handler
            .queue
            .sent()
            .iter()
            .map(|write| match write {
                Write::Message(write) => write.revision().get(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(revisions, [2, 3], "the second update, which may be queued, got the first revision");
    }

    fn event(path: [&str; 3], fields: &Value) -> Event {
        let route = "PUT /applications/{token}/chats/{chat}/messages/{message}";
        let [token, chat, message] = path;
        Event::new(route, &[("token", token), ("chat", chat), ("message", message)]).json(fields)
    }

    #[tokio::test]
    async fn the_response_is_the_updated_message() {
        let (handler, id) = setup_stored().await;
        let token = token(&id.chat.application, 1);
        let (status, body) = send(&handler, event([&token, "1", "1"], &json!({ "body": "after" }))).await;
        assert_eq!((status, &body["number"], &body["body"]), (200, &json!(1), &json!("after")));
        assert_eq!(body["created_at"], "1970-01-01T00:00:01.001Z");
        assert!(body["updated_at"].as_str() > body["created_at"].as_str(), "{body}");
    }

    #[tokio::test]
    async fn the_path_is_checked_before_the_fields_and_both_before_the_table() {
        let (handler, id) = setup_stored().await;
        let token = &token(&id.chat.application, 1);
        for (path, fields, expected) in [
            (["short", "x", "x"], json!({}), (404, "application_not_found")),
            ([token, "x", "x"], json!({}), (404, "chat_not_found")),
            ([token, "1", "x"], json!({}), (404, "message_not_found")),
            ([token, "1", "2"], json!({}), (422, "invalid_fields")),
            ([token, "1", "2"], json!({ "body": "after" }), (404, "message_not_found")),
        ] {
            let (status, body) = send(&handler, event(path, &fields)).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn a_revoked_token_updates_nothing() {
        let (handler, id) = setup_stored().await;
        let application = &id.chat.application;
        handler.counters.set_token_version(application, TokenVersion::new(2));
        let fields = json!({ "body": "after" });
        for cache in ["cold", "warm"] {
            let (status, body) = send(&handler, event([&token(application, 1), "1", "1"], &fields)).await;
            assert_eq!((status, &body["code"]), (401, &json!("token_revoked")), "{cache}");
        }
        assert_eq!(handler.queue.sent(), []);
        assert_eq!(send(&handler, event([&token(application, 2), "1", "1"], &fields)).await.0, 200);
    }
}
