use conversation::ports::{Allocation, NumberMessages, ReadCounters, SendError, SendWrites};
use conversation::{
    Attempt, Body, ChatId, CreateMessage, Failure, KeepKeys, KeyedRequest, Message, MessageId, MessageNumber,
    Numbered, Problem, Timestamp, Write,
};

/// Gives out a message's number and queues its creation: two calls, one after the other. Under an
/// idempotency key there is a third one before the first, one between them and one behind.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`], what [`Attempt::begin`] fails with, or
/// where a store or the queue failed. What is refused as [`Problem::TemporarilyUnavailable`] has left
/// nothing behind.
pub(crate) async fn create_message(
    chat: ChatId,
    body: Body,
    keyed: Option<KeyedRequest>,
    now: Timestamp,
    keys: &impl KeepKeys,
    counters: &(impl NumberMessages + ReadCounters),
    queue: &impl SendWrites,
) -> Result<Message, Failure> {
    let attempt = Attempt::begin(keys, keyed, now).await?;
    let earlier = attempt.earlier().cloned();
    let (numbered, allocation) = match earlier {
        Some(numbered) if attempt.is_done() => return Ok(message(&numbered, body)),
        Some(numbered) => (numbered, None),
        None => match number(&chat, now, &attempt, counters).await {
            Ok((numbered, allocation)) => (numbered, Some(allocation)),
            Err(failure) => {
                attempt.forget().await;
                return Err(failure);
            }
        },
    };
    let write = Write::CreateMessage(CreateMessage {
        id: MessageId { chat, message: numbered.number },
        revision: numbered.revision,
        body,
        at: numbered.at,
    });
    let sent = queue.send(&write).await;
    // Taken out again rather than copied before: a body may be large.
    let Write::CreateMessage(CreateMessage { id, body, .. }) = write else {
        return Err(Problem::Internal.into());
    };
    match (sent, allocation) {
        (Ok(()), _) => {
            attempt.complete(&numbered).await;
            Ok(message(&numbered, body))
        }
        (Err(error @ SendError::NotSent(_)), Some(allocation)) => {
            if attempt.forget().await {
                give_back(&id.chat, &allocation, counters).await;
            }
            Err(error.into())
        }
        // Where an earlier attempt gave out the number, it may have sent the message too.
        (Err(error), _) => {
            attempt.release().await;
            Err(Failure { problem: Problem::OutcomeUnknown, cause: Some(error.into()) })
        }
    }
}

fn message(numbered: &Numbered<MessageNumber>, body: Body) -> Message {
    Message { number: numbered.number, body, created_at: numbered.at, updated_at: numbered.at }
}

/// Gives out the next number and keeps it under the key, if there is one.
async fn number<Keys: KeepKeys>(
    chat: &ChatId,
    now: Timestamp,
    attempt: &Attempt<'_, Keys, Numbered<MessageNumber>>,
    counters: &(impl NumberMessages + ReadCounters),
) -> Result<(Numbered<MessageNumber>, Allocation<MessageNumber>), Failure> {
    let Some(allocation) = counters.allocate(chat).await? else {
        return Err(match counters.last_chat(&chat.application).await? {
            Some(_) => Problem::ChatNotFound.into(),
            None => Problem::ApplicationNotFound.into(),
        });
    };
    let numbered = Numbered { number: allocation.number, revision: allocation.revision, at: now };
    if let Err(undecided) = attempt.decide(&numbered).await {
        if undecided.unused {
            give_back(chat, &allocation, counters).await;
        }
        return Err(undecided.failure);
    }
    Ok((numbered, allocation))
}

async fn give_back(chat: &ChatId, allocation: &Allocation<MessageNumber>, counters: &impl NumberMessages) {
    if let Err(trace) = counters.give_back(chat, allocation).await {
        tracing::error!(target: "chatlog", message = allocation.number.get(), cause = %trace, "a refused message burned its number");
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeKeys, FakeQueue, FakeTables, Fault};
    use conversation::{ChatNumber, Token};
    use proptest::prelude::*;

    use super::*;

    async fn create(
        chat: &ChatId,
        text: &str,
        tables: &FakeTables,
        queue: &FakeQueue,
    ) -> Result<Message, Failure> {
        let (body, now) = (Body::parse(text.to_owned()).unwrap(), Timestamp::now());
        create_message(chat.clone(), body, None, now, &FakeKeys::default(), tables, queue).await
    }

    /// The same under the key `k`.
    async fn create_keyed(
        chat: &ChatId,
        text: &str,
        now: i64,
        keys: &FakeKeys,
        tables: &FakeTables,
        queue: &FakeQueue,
    ) -> Result<Message, Problem> {
        let (body, now) = (Body::parse(text.to_owned()).unwrap(), Timestamp::from_millis(now));
        let keyed = KeyedRequest { id: "k".to_owned(), fingerprint: text.to_owned() };
        create_message(chat.clone(), body, Some(keyed), now, keys, tables, queue)
            .await
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn messages_are_numbered_and_queued_in_order() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        for number in 1..=3 {
            let text = format!("message {number}");
            let message = create(&chat, &text, &tables, &queue).await.unwrap();
            assert_eq!((message.number.get(), message.body.as_str()), (number, text.as_str()));
        }
        let queued: Vec<String> = queue
            .sent()
            .into_iter()
            .map(|write| match write {
                Write::CreateMessage(write) => format!("{} {}", write.id.message, write.body.as_str()),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(queued, ["1 message 1", "2 message 2", "3 message 3"]);
    }

    #[tokio::test]
    async fn an_unknown_chat_is_told_from_an_unknown_application() {
        let ((tables, mut chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        chat.chat = ChatNumber::new(2).unwrap();
        let failure = create(&chat, "hi", &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ChatNotFound);
        chat.application = Token::random().unwrap();
        let failure = create(&chat, "hi", &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_message_that_was_not_sent_leaves_its_number_to_the_next() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::Before]);
        let failure = create(&chat, "hi", &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        let next = create(&chat, "hi", &tables, &queue).await.unwrap();
        assert_eq!(next.number.get(), 1);
    }

    #[tokio::test]
    async fn where_the_answer_of_the_queue_is_lost_the_number_is_kept() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::After]);
        let failure = create(&chat, "hi", &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        let next = create(&chat, "hi", &tables, &queue).await.unwrap();
        assert_eq!(next.number.get(), 2);
    }

    #[tokio::test]
    async fn a_key_makes_one_message() {
        let ((tables, chat), queue, keys) =
            (FakeTables::with_chat(), FakeQueue::default(), FakeKeys::default());
        let first = create_keyed(&chat, "hi", 7, &keys, &tables, &queue).await.unwrap();
        let again = create_keyed(&chat, "hi", 9, &keys, &tables, &queue).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(queue.sent().len(), 1);
        let other = create_keyed(&chat, "ho", 9, &keys, &tables, &queue).await;
        assert_eq!(other, Err(Problem::IdempotencyKeyReused));
        let day = 24 * 60 * 60 * 1_000;
        let later = create_keyed(&chat, "ho", 8 + day, &keys, &tables, &queue).await.unwrap();
        assert_eq!(later.number.get(), 2, "a key is kept for a day");
    }

    #[tokio::test]
    async fn a_key_is_held_while_its_request_is_running() {
        let ((tables, chat), queue, keys) =
            (FakeTables::with_chat(), FakeQueue::default(), FakeKeys::default());
        // The first attempt ends after it was given its number, and cannot even let go of its key.
        tables.faults.plan([Fault::Before, Fault::Before]);
        keys.faults.plan([Fault::None, Fault::Before]);
        let first = create_keyed(&chat, "hi", 0, &keys, &tables, &queue).await;
        assert_eq!(first, Err(Problem::TemporarilyUnavailable));
        tables.faults.clear();
        let second = create_keyed(&chat, "hi", 4_999, &keys, &tables, &queue).await;
        assert_eq!(second, Err(Problem::IdempotencyKeyInUse));
        let third = create_keyed(&chat, "hi", 5_000, &keys, &tables, &queue).await.unwrap();
        assert_eq!(third.number.get(), 1);
    }

    #[tokio::test]
    async fn a_key_of_a_refused_request_can_be_used_again_at_once() {
        let ((tables, chat), queue, keys) =
            (FakeTables::with_chat(), FakeQueue::default(), FakeKeys::default());
        let nowhere = ChatId { chat: ChatNumber::new(2).unwrap(), ..chat.clone() };
        let problem = create_keyed(&nowhere, "hi", 0, &keys, &tables, &queue).await;
        assert_eq!(problem, Err(Problem::ChatNotFound));
        queue.faults.plan([Fault::Before, Fault::After]);
        let problem = create_keyed(&chat, "ho", 0, &keys, &tables, &queue).await;
        assert_eq!(problem, Err(Problem::TemporarilyUnavailable));
        let problem = create_keyed(&chat, "ha", 0, &keys, &tables, &queue).await;
        assert_eq!(problem, Err(Problem::OutcomeUnknown), "now it belongs to this one");
        let answered = create_keyed(&chat, "ha", 0, &keys, &tables, &queue).await.unwrap();
        assert_eq!(answered.number.get(), 1, "both refusals gave their number back");
    }

    proptest! {
        /// Whatever fails in attempts under one key, and wherever they end: one message is queued, however
        /// often, and every attempt that succeeds answers its number.
        #[test]
        fn whatever_fails_a_key_makes_one_message(
            attempts in prop::collection::vec(prop::collection::vec(0..5u8, 0..9), 0..6)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (tables, chat) = FakeTables::with_chat();
                let (mut queue, mut keys) = (FakeQueue::default(), FakeKeys::default());
                queue.faults = tables.faults.clone();
                keys.faults = tables.faults.clone();
                let mut answers = Vec::new();
                for (time, faults) in (0..).step_by(6_000).zip(attempts) {
                    tables.faults.plan(faults.into_iter().map(|kind| match kind {
                        0 => Fault::Before,
                        1 => Fault::After,
                        _ => Fault::None,
                    }));
                    answers.extend(create_keyed(&chat, "hi", time, &keys, &tables, &queue).await);
                    tables.faults.clear();
                    // Somebody else writes in between.
                    create(&chat, "between", &tables, &queue).await.unwrap();
                }
                let last = create_keyed(&chat, "hi", 60_000, &keys, &tables, &queue).await.unwrap();
                prop_assert!(answers.iter().all(|answer| *answer == last));

                let (mut keyed, others): (Vec<CreateMessage>, Vec<CreateMessage>) = queue
                    .sent()
                    .into_iter()
                    .filter_map(|write| match write {
                        Write::CreateMessage(write) => Some(write),
                        _ => None,
                    })
                    .partition(|write| write.body.as_str() == "hi");
                keyed.dedup();
                prop_assert_eq!(keyed.len(), 1);
                prop_assert_eq!(keyed[0].id.message, last.number);
                prop_assert!(others.iter().all(|other| other.id.message != last.number));
                Ok(())
            })?;
        }
    }
}
