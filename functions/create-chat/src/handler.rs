use conversation::ports::{
    Allocation, NumberChats, OpenChats, SendError, SendWrites, StoreError, UnopenChats,
};
use conversation::{
    Attempt, Chat, ChatId, ChatNumber, CreateChat, Failure, KeepKeys, KeyedRequest, Numbered, Problem,
    Timestamp, Token, Write,
};

/// Gives out a chat's number, then at once opens the chat for messages and queues its creation. Under an
/// idempotency key there is one call before the first, one between and one behind.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], what [`Attempt::begin`] fails with, or where a store or the queue
/// failed. What is refused as [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn create_chat(
    application: Token,
    keyed: Option<KeyedRequest>,
    now: Timestamp,
    keys: &impl KeepKeys,
    counters: &(impl NumberChats + OpenChats + UnopenChats),
    queue: &impl SendWrites,
) -> Result<Chat, Failure> {
    let attempt = Attempt::begin(keys, keyed, now).await?;
    let earlier = attempt.earlier().cloned();
    let (numbered, allocation) = match earlier {
        Some(numbered) if attempt.is_done() => return Ok(chat(&numbered)),
        Some(numbered) => (numbered, None),
        None => match number(&application, now, &attempt, counters).await {
            Ok((numbered, allocation)) => (numbered, Some(allocation)),
            Err(failure) => {
                attempt.forget().await;
                return Err(failure);
            }
        },
    };
    let id = ChatId { application, chat: numbered.number };
    let write =
        Write::CreateChat(CreateChat { id: id.clone(), revision: numbered.revision, at: numbered.at });
    let open = async {
        match &allocation {
            Some(allocation) => counters.open(&id, &allocation.ticket).await,
            None => counters.open_for_good(&id).await,
        }
    };
    let (sent, opened) = tokio::join!(queue.send(&write), open);
    let unknown = |cause| Err(Failure { problem: Problem::OutcomeUnknown, cause: Some(cause) });
    match (sent, opened, allocation) {
        (Ok(()), Ok(()), _) => {
            attempt.complete(&numbered).await;
            Ok(chat(&numbered))
        }
        // The chat is on the queue, and persist opens it too; but no message can be promised a place yet.
        (Ok(()), Err(error), _) => {
            attempt.release().await;
            unknown(error.into())
        }
        (Err(error @ SendError::NotSent(_)), _, Some(allocation)) => {
            // Another attempt may have taken the key over, and promised the chat by now.
            if attempt.forget().await && close(&id, &allocation, counters).await {
                give_back(&id.application, &allocation, counters).await;
            }
            Err(error.into())
        }
        // Should its creation be on the queue after all, persist has opened the chat for good, or will.
        (Err(error), _, Some(allocation)) => {
            close(&id, &allocation, counters).await;
            attempt.release().await;
            unknown(error.into())
        }
        // An earlier attempt gave out the number, and may have sent the chat too.
        (Err(error), _, None) => {
            attempt.release().await;
            unknown(error.into())
        }
    }
}

fn chat(numbered: &Numbered<ChatNumber>) -> Chat {
    Chat { number: numbered.number, messages_count: 0, created_at: numbered.at, updated_at: numbered.at }
}

/// Gives out the next number and keeps it under the key, if there is one.
async fn number<Keys: KeepKeys>(
    application: &Token,
    now: Timestamp,
    attempt: &Attempt<'_, Keys, Numbered<ChatNumber>>,
    counters: &impl NumberChats,
) -> Result<(Numbered<ChatNumber>, Allocation<ChatNumber>), Failure> {
    let allocation = counters.allocate(application).await?.ok_or(Problem::ApplicationNotFound)?;
    let numbered = Numbered { number: allocation.number, revision: allocation.revision, at: now };
    if let Err(undecided) = attempt.decide(&numbered).await {
        if undecided.unused {
            give_back(application, &allocation, counters).await;
        }
        return Err(undecided.failure);
    }
    Ok((numbered, allocation))
}

/// Closes a chat that is refused, unless somebody guessed it and wrote there already. Answers whether it is
/// closed.
async fn close(id: &ChatId, allocation: &Allocation<ChatNumber>, counters: &impl UnopenChats) -> bool {
    counters.unopen(id, &allocation.ticket).await.unwrap_or_else(|trace| {
        left_a_trace(id.chat, &trace);
        false
    })
}

async fn give_back(application: &Token, allocation: &Allocation<ChatNumber>, counters: &impl NumberChats) {
    if let Err(trace) = counters.give_back(application, allocation).await {
        left_a_trace(allocation.number, &trace);
    }
}

fn left_a_trace(chat: ChatNumber, trace: &StoreError) {
    tracing::error!(target: "chatlog", chat = chat.get(), cause = %trace, "a refused chat left a trace");
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeKeys, FakeQueue, FakeTables, Fault};
    use conversation::ports::ReadCounters;
    use proptest::prelude::*;

    use super::*;

    async fn create(token: &Token, tables: &FakeTables, queue: &FakeQueue) -> Result<Chat, Failure> {
        create_chat(token.clone(), None, Timestamp::now(), &FakeKeys::default(), tables, queue).await
    }

    /// The same under the key `k`.
    async fn create_keyed(
        token: &Token,
        now: i64,
        keys: &FakeKeys,
        tables: &FakeTables,
        queue: &FakeQueue,
    ) -> Result<Chat, Problem> {
        let keyed = KeyedRequest { id: "k".to_owned(), fingerprint: String::new() };
        create_chat(token.clone(), Some(keyed), Timestamp::from_millis(now), keys, tables, queue)
            .await
            .map_err(|failure| failure.problem)
    }

    fn id(application: &Token, chat: u64) -> ChatId {
        ChatId { application: application.clone(), chat: ChatNumber::new(chat).unwrap() }
    }

    #[tokio::test]
    async fn chats_are_numbered_queued_and_open_for_messages() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        for number in 1..=3 {
            let chat = create(&token, &tables, &queue).await.unwrap();
            assert_eq!((chat.number.get(), chat.messages_count), (number, 0));
            assert_eq!(tables.last_message(&id(&token, number)).await.unwrap(), Some(0));
        }
        let queued: Vec<u64> = queue.sent().iter().map(|write| write.chat().chat.get()).collect();
        assert_eq!(queued, [1, 2, 3]);
    }

    #[tokio::test]
    async fn an_unknown_application_is_refused_before_anything_happens() {
        let (tables, queue) = (FakeTables::default(), FakeQueue::default());
        let failure = create(&Token::random().unwrap(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_chat_that_was_not_sent_leaves_no_trace_and_its_number_to_the_next() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        queue.faults.plan([Fault::Before]);
        let failure = create(&token, &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), None);
        assert_eq!(create(&token, &tables, &queue).await.unwrap().number.get(), 1);
    }

    #[tokio::test]
    async fn where_the_answer_of_the_queue_is_lost_the_number_is_kept() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        queue.faults.plan([Fault::After]);
        let failure = create(&token, &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), None, "closed until persist finds it");
        assert_eq!(create(&token, &tables, &queue).await.unwrap().number.get(), 2);
    }

    #[tokio::test]
    async fn a_number_whose_answer_was_lost_is_given_to_the_next() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        tables.faults.plan([Fault::After]);
        let failure = create(&token, &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        assert_eq!(create(&token, &tables, &queue).await.unwrap().number.get(), 1);
    }

    #[tokio::test]
    async fn a_queued_chat_that_could_not_be_opened_is_not_promised() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        tables.faults.plan([Fault::None, Fault::Before]);
        let failure = create(&token, &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        assert_eq!(queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_key_makes_one_chat() {
        let ((tables, token), queue, keys) =
            (FakeTables::with_application(), FakeQueue::default(), FakeKeys::default());
        let first = create_keyed(&token, 7, &keys, &tables, &queue).await.unwrap();
        assert_eq!(create_keyed(&token, 9, &keys, &tables, &queue).await, Ok(first));
        assert_eq!(queue.sent().len(), 1);
        assert_eq!(tables.last_chat(&token).await.unwrap(), Some(1));
    }

    #[tokio::test]
    async fn a_retry_opens_the_chat_that_its_first_attempt_could_not() {
        let ((tables, token), queue, keys) =
            (FakeTables::with_application(), FakeQueue::default(), FakeKeys::default());
        tables.faults.plan([Fault::None, Fault::Before]);
        let problem = create_keyed(&token, 0, &keys, &tables, &queue).await;
        assert_eq!(problem, Err(Problem::OutcomeUnknown));
        let chat = create_keyed(&token, 0, &keys, &tables, &queue).await.unwrap();
        assert_eq!(tables.last_message(&id(&token, chat.number.get())).await.unwrap(), Some(0));
        assert_eq!(tables.last_chat(&token).await.unwrap(), Some(1));
    }

    /// A queue that takes the chat and has it applied at once, but whose answer is lost.
    struct AppliedAndLost(FakeTables);

    impl SendWrites for AppliedAndLost {
        async fn send(&self, write: &Write) -> Result<(), SendError> {
            self.0.open_for_good(write.chat()).await.unwrap();
            Err(SendError::Unknown("lost".into()))
        }
    }

    #[tokio::test]
    async fn a_chat_that_was_applied_meanwhile_stays_open() {
        let (tables, token) = FakeTables::with_application();
        let queue = AppliedAndLost(tables.clone());
        let keys = FakeKeys::default();
        let failure = create_chat(token.clone(), None, Timestamp::now(), &keys, &tables, &queue).await;
        assert_eq!(failure.unwrap_err().problem, Problem::OutcomeUnknown);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), Some(0));
    }

    /// A queue that fails for an attempt so slow that another one has taken its key over, and succeeded.
    struct FailsTooLate {
        token: Token,
        keys: FakeKeys,
        tables: FakeTables,
    }

    impl SendWrites for FailsTooLate {
        async fn send(&self, _write: &Write) -> Result<(), SendError> {
            let queue = FakeQueue::default();
            let promised = create_keyed(&self.token, 5_000, &self.keys, &self.tables, &queue).await;
            assert_eq!(promised.map(|chat| chat.number.get()), Ok(1));
            Err(SendError::NotSent("too late".into()))
        }
    }

    #[tokio::test]
    async fn a_slow_attempt_takes_nothing_back_from_the_one_that_took_over() {
        let ((tables, token), keys) = (FakeTables::with_application(), FakeKeys::default());
        let queue = FailsTooLate { token: token.clone(), keys: keys.clone(), tables: tables.clone() };
        let keyed = KeyedRequest { id: "k".to_owned(), fingerprint: String::new() };
        let now = Timestamp::from_millis(0);
        let slow = create_chat(token.clone(), Some(keyed), now, &keys, &tables, &queue).await;
        assert_eq!(slow.unwrap_err().problem, Problem::TemporarilyUnavailable);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), Some(0), "open, as was promised");
        let next = create(&token, &tables, &FakeQueue::default()).await.unwrap();
        assert_eq!(next.number.get(), 2, "and its number is taken");
    }

    proptest! {
        /// Whatever fails in attempts under one key, and wherever they end: one chat is queued, however
        /// often, and every attempt that succeeds answers its number.
        #[test]
        fn whatever_fails_a_key_makes_one_chat(
            attempts in prop::collection::vec(prop::collection::vec(0..5u8, 0..9), 0..6)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (tables, token) = FakeTables::with_application();
                let (mut queue, mut keys) = (FakeQueue::default(), FakeKeys::default());
                queue.faults = tables.faults.clone();
                keys.faults = tables.faults.clone();
                let (mut answers, mut others) = (Vec::new(), Vec::new());
                for (time, faults) in (0..).step_by(6_000).zip(attempts) {
                    tables.faults.plan(faults.into_iter().map(|kind| match kind {
                        0 => Fault::Before,
                        1 => Fault::After,
                        _ => Fault::None,
                    }));
                    answers.extend(create_keyed(&token, time, &keys, &tables, &queue).await);
                    tables.faults.clear();
                    // Somebody else creates one in between.
                    others.push(create(&token, &tables, &queue).await.unwrap().number);
                }
                let last = create_keyed(&token, 60_000, &keys, &tables, &queue).await.unwrap();
                prop_assert!(answers.iter().all(|answer| *answer == last));
                prop_assert!(!others.contains(&last.number));
                prop_assert_eq!(tables.last_message(&id(&token, last.number.get())).await.unwrap(), Some(0));
                let mut keyed: Vec<ChatNumber> = queue.sent().iter().map(|write| write.chat().chat).collect();
                keyed.retain(|number| !others.contains(number));
                keyed.dedup();
                prop_assert_eq!(keyed, [last.number]);
                Ok(())
            })?;
        }
    }
}
