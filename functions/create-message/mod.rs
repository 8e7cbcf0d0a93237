//! `POST /applications/{token}/chats/{chat}/messages`

use conversation::acceptance::{Creation, ReservedNumber, create};
use conversation::ports::{
    AllocateNumbers, AllocatedNumber, KeepIdempotencyKeys, KeyedRequest, ReadCounters, ReadTokenVersions,
    SendWrites, WriteError,
};
use conversation::{
    Body, ChatId, CreateMessage, Failure, Message, MessageId, MessageNumber, MessageWrite, Problem,
    Timestamp, Write, error_chain,
};
use dynamodb_tables::{Counters, IdempotencyKeys, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Fields, Reply, chat_id, keyed_request, message};
use sqs_queues::WriteQueue;

use crate::access;

#[derive(Debug)]
pub struct Handler<Versions, Keys, Counters, Queue> {
    pub access: Access<Versions>,
    pub keys: Keys,
    pub counters: Counters,
    pub queue: Queue,
}

impl Handler<TokenVersions, IdempotencyKeys, Counters, WriteQueue> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            access: access::from_environment(environment)?,
            keys: IdempotencyKeys::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
            queue: WriteQueue::from_environment(environment)?,
        })
    }
}

impl<Versions, Keys, Counters, Queue> Endpoint for Handler<Versions, Keys, Counters, Queue>
where
    Versions: ReadTokenVersions,
    Keys: KeepIdempotencyKeys,
    Counters: AllocateNumbers<ChatId> + ReadCounters,
    Queue: SendWrites,
{
    const NAME: &'static str = "create-message";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        let chat = chat_id(caller.application(), &request)?;
        let mut fields = Fields::from_request(&request)?;
        let key = keyed_request(&request, caller.application().as_str(), &fields)?;
        let body = fields.body()?;
        let created = create_message(chat, body, key, Timestamp::now(), caller.authorize(), self).await?;
        Ok(Reply::created(&request, "messages", &created.number.to_string(), &message(&created)))
    }
}

/// Creates a message: allocates its number, then sends the write. Nothing takes effect unless
/// `authorization` succeeds.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], and as [`create`].
async fn create_message(
    chat: ChatId,
    body: Body,
    key: Option<KeyedRequest>,
    now: Timestamp,
    authorization: impl Future<Output = Result<(), Failure>>,
    ports: &Handler<
        impl ReadTokenVersions,
        impl KeepIdempotencyKeys,
        impl AllocateNumbers<ChatId> + ReadCounters,
        impl SendWrites,
    >,
) -> Result<Message, Failure> {
    let creation = NewMessage { chat, body, counters: &ports.counters, queue: &ports.queue };
    let ReservedNumber { number, at, .. } = create(&creation, key, now, &ports.keys, authorization).await?;
    Ok(Message { number, body: creation.body, created_at: at, updated_at: at })
}

struct NewMessage<'a, Counters, Queue> {
    chat: ChatId,
    body: Body,
    counters: &'a Counters,
    queue: &'a Queue,
}

impl<Counters, Queue> Creation for NewMessage<'_, Counters, Queue>
where
    Counters: AllocateNumbers<ChatId> + ReadCounters,
    Queue: SendWrites,
{
    type Decision = ReservedNumber<MessageNumber>;
    type Reservation = AllocatedNumber<MessageNumber>;

    async fn reserve(&self, now: Timestamp) -> Result<(Self::Decision, Self::Reservation), Failure> {
        let Some(allocated) = self.counters.allocate_number(&self.chat).await? else {
            return Err(match self.counters.last_chat(&self.chat.application).await? {
                Some(_) => Problem::ChatNotFound.into(),
                None => Problem::ApplicationNotFound.into(),
            });
        };
        Ok((ReservedNumber::new(&allocated, now), allocated))
    }

    async fn perform(
        &self,
        decision: &Self::Decision,
        _: Option<&Self::Reservation>,
    ) -> Result<(), WriteError> {
        let write = CreateMessage {
            id: MessageId { chat: self.chat.clone(), message: decision.number },
            revision: decision.revision,
            body: self.body.clone(),
            at: decision.at,
        };
        self.queue.send(&Write::Message(MessageWrite::Create(write))).await
    }

    async fn undo(&self, reservation: Self::Reservation) {
        if let Err(error) = self.counters.release_number(&self.chat, &reservation).await {
            let (chat, message_number, cause) =
                (self.chat.chat.get(), reservation.number.get(), error_chain(&error));
            tracing::error!(target: "chatlog", chat, message_number, cause, "could not release message number {message_number} of chat {chat} after a failed send");
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{self, application_id, chat_id, keyed_request};
    use conversation::fake::{FakeIdempotencyKeys, FakeQueue, FakeTables, Fault};
    use conversation::ports::{MAX_PENDING, OpenChats, RaiseLimits};
    use conversation::{RequestId, TokenVersion};
    use http_api::fixture::{self, Event, send, token};
    use serde_json::json;

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeIdempotencyKeys, FakeTables, FakeQueue>;

    fn setup() -> (FakeHandler, ChatId) {
        let (counters, chat) = FakeTables::with_chat();
        let access = fixture::access(counters.clone());
        let keys = FakeIdempotencyKeys::default();
        (Handler { access, keys, counters, queue: FakeQueue::default() }, chat)
    }

    async fn create_at(
        chat: &ChatId,
        text: &str,
        key: Option<&str>,
        at: i64,
        handler: &FakeHandler,
    ) -> Result<Message, Problem> {
        let key = key.map(|key| keyed_request(key, text));
        create_message(
            chat.clone(),
            samples::body(text),
            key,
            Timestamp::from_millis(at),
            async { Ok(()) },
            handler,
        )
        .await
        .map_err(|failure| failure.problem)
    }

    async fn number(
        chat: &ChatId,
        text: &str,
        key: Option<&str>,
        handler: &FakeHandler,
    ) -> Result<u64, Problem> {
        create_at(chat, text, key, 0, handler).await.map(|message| message.number.get())
    }

    #[tokio::test]
    async fn messages_are_numbered_and_queued_in_order() {
        let (handler, chat) = setup();
        for number in 1..=3 {
            let text = format!("message {number}");
            let message = create_at(&chat, &text, None, 7, &handler).await.unwrap();
            assert_eq!((message.number.get(), message.body.as_str()), (number, text.as_str()));
            assert_eq!((message.created_at.millis(), message.updated_at.millis()), (7, 7));
        }
        let queued: Vec<String> = handler
            .queue
            .sent()
            .into_iter()
            .map(|write| match write {
                Write::Message(MessageWrite::Create(write)) => {
                    format!("{} {} {}", write.id.message, write.revision, write.body.as_str())
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(queued, ["1 1 message 1", "2 2 message 2", "3 3 message 3"]);
    }

    #[tokio::test]
    async fn an_unknown_chat_differs_from_an_unknown_application() {
        let (handler, chat) = setup();
        let unknown = chat_id(&chat.application, 2);
        assert_eq!(number(&unknown, "hi", None, &handler).await, Err(Problem::ChatNotFound));
        let unknown = chat_id(&application_id(), 2);
        assert_eq!(number(&unknown, "hi", None, &handler).await, Err(Problem::ApplicationNotFound));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn a_chat_whose_messages_are_not_stored_refuses_more() {
        let (handler, chat) = setup();
        let busy = chat_id(&chat.application, 2);
        handler.counters.open(&busy, &RequestId::random().unwrap()).await.unwrap();
        for expected in 1..=MAX_PENDING {
            assert_eq!(number(&busy, "hi", None, &handler).await, Ok(expected));
        }
        assert_eq!(number(&busy, "hi", Some("k"), &handler).await, Err(Problem::TooManyRequests));
        assert_eq!(number(&chat, "hi", None, &handler).await, Ok(1), "another chat does not notice");
        handler.counters.raise_limit(&busy, MAX_PENDING + 1).await.unwrap();
        assert_eq!(number(&busy, "ho", Some("k"), &handler).await, Ok(MAX_PENDING + 1), "the key is free");
    }

    #[tokio::test]
    async fn the_number_of_an_unsent_message_is_reused() {
        let (handler, chat) = setup();
        handler.queue.faults.plan([Fault::Before]);
        assert_eq!(number(&chat, "hi", None, &handler).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(number(&chat, "hi", None, &handler).await, Ok(1));
    }

    #[tokio::test]
    async fn a_lost_reply_of_the_queue_keeps_the_number() {
        let (handler, chat) = setup();
        handler.queue.faults.plan([Fault::After]);
        assert_eq!(number(&chat, "hi", None, &handler).await, Err(Problem::OutcomeUnknown));
        assert_eq!(number(&chat, "hi", None, &handler).await, Ok(2));
    }

    #[tokio::test]
    async fn a_key_creates_one_message_for_a_day() {
        let (handler, chat) = setup();
        let first = create_at(&chat, "hi", Some("k"), 7, &handler).await.unwrap();
        assert_eq!(create_at(&chat, "hi", Some("k"), 9, &handler).await, Ok(first));
        assert_eq!(handler.queue.sent().len(), 1);
        let other = create_at(&chat, "ho", Some("k"), 9, &handler).await;
        assert_eq!(other, Err(Problem::IdempotencyKeyReused));
        let day = 24 * 60 * 60 * 1_000;
        let later = create_at(&chat, "ho", Some("k"), 8 + day, &handler).await.unwrap();
        assert_eq!(later.number.get(), 2);
    }

    #[tokio::test]
    async fn a_refused_request_frees_its_key_and_its_number() {
        let (handler, chat) = setup();
        let unknown = chat_id(&chat.application, 2);
        assert_eq!(number(&unknown, "hi", Some("k"), &handler).await, Err(Problem::ChatNotFound));
        handler.queue.faults.plan([Fault::Before, Fault::After]);
        let refused = number(&chat, "ho", Some("k"), &handler).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        let unknown = number(&chat, "ha", Some("k"), &handler).await;
        assert_eq!(unknown, Err(Problem::OutcomeUnknown), "the key belongs to this request now");
        assert_eq!(number(&chat, "ha", Some("k"), &handler).await, Ok(1), "both refusals released number 1");
    }

    #[tokio::test]
    async fn only_a_valid_token_creates_a_message() {
        let (handler, chat) = setup();
        handler.counters.set_token_version(&chat.application, TokenVersion::new(2));
        let event = |path: &str| {
            let route = "POST /applications/{token}/chats/{chat}/messages";
            Event::new(route, &[("token", path), ("chat", "1")]).json(&json!({ "body": "hi" }))
        };
        for cache in ["cold", "warm"] {
            let (status, body) = send(&handler, event(&token(&chat.application, 1))).await;
            assert_eq!((status, &body["code"]), (401, &json!("token_revoked")), "{cache}");
            assert_eq!(handler.counters.last_message(&chat).await.unwrap(), Some(0));
        }
        assert_eq!(handler.queue.sent(), []);
        let bearer = format!("Bearer {}", token(&chat.application, 2));
        for event in [event(&token(&chat.application, 2)), event("self").header("Authorization", &bearer)] {
            assert_eq!(send(&handler, event).await.0, 201);
        }
    }
}
