use conversation::ports::{NumberMessages, ReadCounters, SendError, SendWrites};
use conversation::{Body, ChatId, CreateMessage, Failure, Message, MessageId, Problem, Timestamp, Write};

/// Gives out a message's number and queues its creation: two calls, one after the other.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`], or where a store or the queue
/// failed. What is refused as [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn create_message(
    chat: ChatId,
    body: Body,
    now: Timestamp,
    counters: &(impl NumberMessages + ReadCounters),
    queue: &impl SendWrites,
) -> Result<Message, Failure> {
    let Some(allocation) = counters.allocate(&chat).await? else {
        return Err(match counters.last_chat(&chat.application).await? {
            Some(_) => Problem::ChatNotFound.into(),
            None => Problem::ApplicationNotFound.into(),
        });
    };
    let write = CreateMessage {
        id: MessageId { chat, message: allocation.number },
        revision: allocation.revision,
        body,
        at: now,
    };
    let write = Write::CreateMessage(write);
    let sent = queue.send(&write).await;
    let Write::CreateMessage(CreateMessage { id, body, .. }) = write else {
        return Err(Problem::Internal.into());
    };
    if let Err(error) = sent {
        if matches!(error, SendError::NotSent(_))
            && let Err(trace) = counters.give_back(&id.chat, &allocation).await
        {
            tracing::error!(target: "chatlog", message = allocation.number.get(), cause = %trace, "a refused message burned its number");
        }
        return Err(error.into());
    }
    Ok(Message { number: allocation.number, body, created_at: now, updated_at: now })
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::{ChatNumber, Token};

    use super::*;

    fn body(text: &str) -> Body {
        Body::parse(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn messages_are_numbered_and_queued_in_order() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        for number in 1..=3 {
            let text = format!("message {number}");
            let message =
                create_message(chat.clone(), body(&text), Timestamp::from_millis(9), &tables, &queue)
                    .await
                    .unwrap();
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
        let failure =
            create_message(chat.clone(), body("hi"), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ChatNotFound);
        chat.application = Token::random().unwrap();
        let failure = create_message(chat, body("hi"), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_message_that_was_not_sent_leaves_its_number_to_the_next() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::Before]);
        let failure =
            create_message(chat.clone(), body("hi"), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        let next = create_message(chat, body("hi"), Timestamp::now(), &tables, &queue).await.unwrap();
        assert_eq!(next.number.get(), 1);
    }

    #[tokio::test]
    async fn where_the_answer_of_the_queue_is_lost_the_number_is_kept() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::After]);
        let failure =
            create_message(chat.clone(), body("hi"), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        let next = create_message(chat, body("hi"), Timestamp::now(), &tables, &queue).await.unwrap();
        assert_eq!(next.number.get(), 2);
    }
}
