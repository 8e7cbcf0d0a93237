//! `POST /applications/{token}/chats`

use conversation::acceptance::{Creation, ReservedNumber, create};
use conversation::ports::{
    AllocateNumbers, AllocatedNumber, KeepIdempotencyKeys, KeyedRequest, OpenChats, ReadTokenVersions,
    SendWrites, UndoOpenChats, WriteError,
};
use conversation::{
    ApplicationId, Chat, ChatId, ChatNumber, CreateChat, Failure, Problem, Timestamp, Write, error_chain,
};
use dynamodb_tables::{Counters, IdempotencyKeys, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Fields, Reply, chat, keyed_request};
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
    Counters: AllocateNumbers<ApplicationId> + OpenChats + UndoOpenChats,
    Queue: SendWrites,
{
    const NAME: &'static str = "create-chat";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        let application = caller.application().clone();
        let key = keyed_request(&request, application.as_str(), &Fields::from_request(&request)?)?;
        let created = create_chat(application, key, Timestamp::now(), caller.authorize(), self).await?;
        Ok(Reply::created(&request, "chats", &created.number.to_string(), &chat(&created)))
    }
}

/// Creates a chat: allocates its number, then sends the write and opens the chat for messages, both at once.
/// Nothing takes effect unless `authorization` succeeds.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], and as [`create`].
async fn create_chat(
    application: ApplicationId,
    key: Option<KeyedRequest>,
    now: Timestamp,
    authorization: impl Future<Output = Result<(), Failure>>,
    ports: &Handler<
        impl ReadTokenVersions,
        impl KeepIdempotencyKeys,
        impl AllocateNumbers<ApplicationId> + OpenChats + UndoOpenChats,
        impl SendWrites,
    >,
) -> Result<Chat, Failure> {
    let creation = NewChat { application, counters: &ports.counters, queue: &ports.queue };
    let ReservedNumber { number, at, .. } = create(&creation, key, now, &ports.keys, authorization).await?;
    Ok(Chat { number, messages_count: 0, created_at: at, updated_at: at })
}

struct NewChat<'a, Counters, Queue> {
    application: ApplicationId,
    counters: &'a Counters,
    queue: &'a Queue,
}

impl<Counters, Queue> Creation for NewChat<'_, Counters, Queue>
where
    Counters: AllocateNumbers<ApplicationId> + OpenChats + UndoOpenChats,
    Queue: SendWrites,
{
    type Decision = ReservedNumber<ChatNumber>;
    type Reservation = AllocatedNumber<ChatNumber>;

    async fn reserve(&self, now: Timestamp) -> Result<(Self::Decision, Self::Reservation), Failure> {
        let allocated = self.counters.allocate_number(&self.application).await?;
        let allocated = allocated.ok_or(Problem::ApplicationNotFound)?;
        Ok((ReservedNumber::new(&allocated, now), allocated))
    }

    async fn perform(
        &self,
        decision: &Self::Decision,
        reservation: Option<&Self::Reservation>,
    ) -> Result<(), WriteError> {
        let id = self.id(decision.number);
        let write =
            Write::CreateChat(CreateChat { id: id.clone(), revision: decision.revision, at: decision.at });
        let open = async {
            match reservation {
                Some(reservation) => self.counters.open(&id, &reservation.request_id).await,
                // A retry under the same key: the attempt before it must not undo the opening any more.
                None => self.counters.open_permanently(&id).await,
            }
        };
        match tokio::join!(self.queue.send(&write), open) {
            // The write is on the queue. If opening failed, the chat accepts messages only when persist has opened it.
            (Ok(()), opened) => opened.map_err(WriteError::outcome_unknown),
            (Err(error), _) => {
                if let (WriteError::OutcomeUnknown(_), Some(reservation)) = (&error, reservation) {
                    // No client was promised the chat. If the write is on the queue after all, persist opens it.
                    self.undo_open(&id, reservation).await;
                }
                Err(error)
            }
        }
    }

    async fn undo(&self, reservation: Self::Reservation) {
        if !self.undo_open(&self.id(reservation.number), &reservation).await {
            return;
        }
        if let Err(error) = self.counters.release_number(&self.application, &reservation).await {
            let (chat, cause) = (reservation.number.get(), error_chain(&error));
            tracing::error!(target: "chatlog", chat, cause, "could not release chat number {chat} after a failed creation");
        }
    }
}

impl<Counters: UndoOpenChats, Queue> NewChat<'_, Counters, Queue> {
    fn id(&self, chat: ChatNumber) -> ChatId {
        ChatId { application: self.application.clone(), chat }
    }

    /// Undoes the opening of the chat, unless somebody guessed its number and wrote to it. Returns whether the chat has no
    /// counter any more.
    async fn undo_open(&self, id: &ChatId, reservation: &AllocatedNumber<ChatNumber>) -> bool {
        self.counters.undo_open(id, &reservation.request_id).await.unwrap_or_else(|error| {
            let (chat, cause) = (id.chat.get(), error_chain(&error));
            tracing::error!(target: "chatlog", chat, cause, "could not undo the opening of chat {chat} after a failed creation");
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use conversation::TokenVersion;
    use conversation::fake::samples::{application_id, chat_id, keyed_request};
    use conversation::fake::{FakeIdempotencyKeys, FakeQueue, FakeTables, Fault};
    use conversation::ports::ReadCounters;
    use http_api::fixture::{self, Event, send, token};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    type FakeHandler<Queue> = Handler<FakeTables, FakeIdempotencyKeys, FakeTables, Queue>;

    fn setup_with<Queue>(queue: impl Fn(&FakeTables) -> Queue) -> (FakeHandler<Queue>, ApplicationId) {
        let (tables, application) = FakeTables::with_application();
        let queue = queue(&tables);
        let handler = Handler {
            access: fixture::access(tables.clone()),
            keys: FakeIdempotencyKeys::default(),
            counters: tables,
            queue,
        };
        (handler, application)
    }

    fn setup() -> (FakeHandler<FakeQueue>, ApplicationId) {
        setup_with(|_| FakeQueue::default())
    }

    async fn create_at<Queue: SendWrites>(
        application: &ApplicationId,
        key: Option<&str>,
        at: i64,
        handler: &FakeHandler<Queue>,
    ) -> Result<Chat, Problem> {
        create_if(Ok(()), application, key, at, handler).await
    }

    async fn create_if<Queue: SendWrites>(
        access: Result<(), Problem>,
        application: &ApplicationId,
        key: Option<&str>,
        at: i64,
        handler: &FakeHandler<Queue>,
    ) -> Result<Chat, Problem> {
        let key = key.map(|key| keyed_request(key, ""));
        let access = async { Ok(access?) };
        create_chat(application.clone(), key, Timestamp::from_millis(at), access, handler)
            .await
            .map_err(|failure| failure.problem)
    }

    async fn last_message<Queue>(
        handler: &FakeHandler<Queue>,
        application: &ApplicationId,
        chat: u64,
    ) -> Option<u64> {
        handler.counters.last_message(&chat_id(application, chat)).await.unwrap()
    }

    #[tokio::test]
    async fn chats_are_numbered_queued_and_open_for_messages() {
        let (handler, application) = setup();
        for number in 1..=3 {
            let chat = create_at(&application, None, 7, &handler).await.unwrap();
            assert_eq!((chat.number.get(), chat.messages_count, chat.created_at.millis()), (number, 0, 7));
            assert_eq!(last_message(&handler, &application, number).await, Some(0));
        }
        let queued: Vec<u64> =
            handler.queue.sent().iter().map(|write| write.chat().unwrap().chat.get()).collect();
        assert_eq!(queued, [1, 2, 3]);
    }

    #[tokio::test]
    async fn an_unknown_application_is_refused_before_anything_happens() {
        let (handler, _) = setup();
        let refused = create_at(&application_id(), None, 0, &handler).await;
        assert_eq!(refused, Err(Problem::ApplicationNotFound));
        assert_eq!(handler.queue.sent(), []);
    }

    #[tokio::test]
    async fn an_unsent_chat_is_not_open_and_its_number_is_reused() {
        let (handler, application) = setup();
        handler.queue.faults.plan([Fault::Before]);
        let refused = create_at(&application, None, 0, &handler).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        assert_eq!(last_message(&handler, &application, 1).await, None);
        assert_eq!(create_at(&application, None, 0, &handler).await.map(|chat| chat.number.get()), Ok(1));
    }

    #[tokio::test]
    async fn a_lost_reply_of_the_queue_keeps_the_number_and_undoes_the_opening() {
        let (handler, application) = setup();
        handler.queue.faults.plan([Fault::After]);
        let unknown = create_at(&application, None, 0, &handler).await;
        assert_eq!(unknown, Err(Problem::OutcomeUnknown));
        assert_eq!(last_message(&handler, &application, 1).await, None, "persist opens it");
        assert_eq!(create_at(&application, None, 0, &handler).await.map(|chat| chat.number.get()), Ok(2));
    }

    #[tokio::test]
    async fn a_lost_reply_of_the_counter_releases_the_number() {
        let (handler, application) = setup();
        handler.counters.faults.plan([Fault::After]);
        let refused = create_at(&application, None, 0, &handler).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        assert_eq!(create_at(&application, None, 0, &handler).await.map(|chat| chat.number.get()), Ok(1));
    }

    #[tokio::test]
    async fn a_queued_chat_that_could_not_be_opened_is_not_promised() {
        let (handler, application) = setup();
        handler.counters.faults.plan([Fault::None, Fault::Before]);
        let unknown = create_at(&application, None, 0, &handler).await;
        assert_eq!(unknown, Err(Problem::OutcomeUnknown));
        assert_eq!(handler.queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_key_creates_one_chat() {
        let (handler, application) = setup();
        let first = create_at(&application, Some("k"), 7, &handler).await.unwrap();
        assert_eq!(create_at(&application, Some("k"), 9, &handler).await, Ok(first));
        assert_eq!(handler.queue.sent().len(), 1);
        assert_eq!(handler.counters.last_chat(&application).await.unwrap(), Some(1));
    }

    #[tokio::test]
    async fn a_retry_opens_the_chat_that_its_first_attempt_could_not() {
        let (handler, application) = setup();
        handler.counters.faults.plan([Fault::None, Fault::Before]);
        let unknown = create_at(&application, Some("k"), 0, &handler).await;
        assert_eq!(unknown, Err(Problem::OutcomeUnknown));
        let chat = create_at(&application, Some("k"), 0, &handler).await.unwrap();
        assert_eq!(last_message(&handler, &application, chat.number.get()).await, Some(0));
        assert_eq!(handler.counters.last_chat(&application).await.unwrap(), Some(1));
    }

    /// A queue whose record is applied before its reply is lost.
    struct AppliedAndLost(FakeTables);

    impl SendWrites for AppliedAndLost {
        async fn send(&self, write: &Write) -> Result<(), WriteError> {
            self.0.open_permanently(write.chat().unwrap()).await.unwrap();
            Err(WriteError::outcome_unknown("lost"))
        }
    }

    #[tokio::test]
    async fn a_chat_that_persist_opened_meanwhile_stays_open() {
        let (handler, application) = setup_with(|tables| AppliedAndLost(tables.clone()));
        let unknown = create_at(&application, None, 0, &handler).await;
        assert_eq!(unknown, Err(Problem::OutcomeUnknown));
        assert_eq!(last_message(&handler, &application, 1).await, Some(0));
    }

    /// A queue that fails for an attempt so slow that another attempt took its key over and succeeded.
    struct FailsTooLate {
        application: ApplicationId,
        handler: FakeHandler<FakeQueue>,
    }

    impl SendWrites for FailsTooLate {
        async fn send(&self, _write: &Write) -> Result<(), WriteError> {
            let succeeded = create_at(&self.application, Some("k"), 5_000, &self.handler).await;
            assert_eq!(succeeded.map(|chat| chat.number.get()), Ok(1));
            Err(WriteError::not_written("too late"))
        }
    }

    #[tokio::test]
    async fn a_slow_attempt_leaves_the_chat_of_the_attempt_that_took_over_open() {
        let (other, application) = setup();
        let access = || fixture::access(other.counters.clone());
        let (keys, counters, queue) = (other.keys.clone(), other.counters.clone(), other.queue.clone());
        let handler = Handler { access: access(), keys, counters, queue };
        let slow = Handler {
            access: access(),
            keys: other.keys.clone(),
            counters: other.counters.clone(),
            queue: FailsTooLate { application: application.clone(), handler },
        };
        let refused = create_at(&application, Some("k"), 0, &slow).await;
        assert_eq!(refused, Err(Problem::TemporarilyUnavailable));
        assert_eq!(last_message(&other, &application, 1).await, Some(0), "open, as promised");
        let next = create_at(&application, None, 0, &other).await;
        assert_eq!(next.map(|chat| chat.number.get()), Ok(2), "number 1 is taken");
    }

    #[tokio::test]
    async fn only_a_valid_token_creates_a_chat() {
        let (handler, application) = setup();
        handler.counters.set_token_version(&application, TokenVersion::new(2));
        let event = |path: &str| Event::new("POST /applications/{token}/chats", &[("token", path)]);
        for cache in ["cold", "warm"] {
            let (status, body) = send(&handler, event(&token(&application, 1))).await;
            assert_eq!((status, &body["code"]), (401, &json!("token_revoked")), "{cache}");
            assert_eq!(handler.counters.last_chat(&application).await.unwrap(), Some(0));
        }
        let (status, body) = send(&handler, event(application.as_str())).await;
        assert_eq!((status, &body["code"]), (401, &json!("admin_key_required")));
        assert_eq!(handler.queue.sent(), []);
        let bearer = format!("Bearer {}", token(&application, 2));
        for event in [event(&token(&application, 2)), event("self").header("Authorization", &bearer)] {
            assert_eq!(send(&handler, event).await.0, 201);
        }
    }

    fn faults() -> impl Strategy<Value = Vec<Fault>> {
        let fault = prop_oneof![1 => Just(Fault::Before), 1 => Just(Fault::After), 3 => Just(Fault::None)];
        prop::collection::vec(fault, 0..12)
    }

    /// A handler whose stores and queue fail by one plan of faults, in the order in which they are called.
    fn setup_with_shared_faults() -> (FakeHandler<FakeQueue>, ApplicationId) {
        let (mut handler, application) = setup();
        handler.queue.faults = handler.counters.faults.clone();
        handler.keys.faults = handler.counters.faults.clone();
        (handler, application)
    }

    fn run(test: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test)
    }

    proptest! {
        /// Whatever fails: every attempt under the key that succeeds returns the same chat, which is queued and open.
        #[test]
        fn a_created_chat_is_queued_and_open(attempts in prop::collection::vec(faults(), 0..6)) {
            run(async {
                let (handler, application) = setup_with_shared_faults();
                let mut created = Vec::new();
                for (at, faults) in (0..).step_by(6_000).zip(attempts) {
                    handler.counters.faults.plan(faults);
                    created.extend(create_at(&application, Some("k"), at, &handler).await);
                    handler.counters.faults.clear();
                    // Another client creates a chat in between.
                    create_at(&application, None, at, &handler).await.unwrap();
                }
                let chat = create_at(&application, Some("k"), 60_000, &handler).await.unwrap();
                prop_assert!(created.iter().all(|earlier| *earlier == chat));
                prop_assert_eq!(last_message(&handler, &application, chat.number.get()).await, Some(0));
                prop_assert!(handler.queue.sent().iter().any(|write| write.chat().unwrap().chat == chat.number));
                Ok(())
            })?;
        }

        /// A refused chat is neither queued nor open. Its number is free again, unless undoing failed too.
        #[test]
        fn a_refused_chat_leaves_no_trace(keyed: bool, revoked: bool, faults in faults()) {
            run(async {
                let (handler, application) = setup_with_shared_faults();
                handler.counters.faults.plan(faults.clone());
                let access = if revoked { Err(Problem::TokenRevoked) } else { Ok(()) };
                let outcome = create_if(access, &application, keyed.then_some("k"), 0, &handler).await;
                handler.counters.faults.clear();
                prop_assert_eq!(outcome == Err(Problem::TokenRevoked), revoked);
                if revoked || outcome == Err(Problem::TemporarilyUnavailable) {
                    prop_assert_eq!(handler.queue.sent(), []);
                    let failed = faults.iter().filter(|fault| **fault != Fault::None).count();
                    if failed + usize::from(revoked) <= 1 {
                        prop_assert_eq!(last_message(&handler, &application, 1).await, None);
                        prop_assert_eq!(handler.counters.last_chat(&application).await.unwrap(), Some(0));
                    }
                }
                Ok(())
            })?;
        }
    }
}
