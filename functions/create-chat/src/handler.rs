use conversation::ports::{
    Allocation, NumberChats, OpenChats, SendError, SendWrites, StoreError, UnopenChats,
};
use conversation::{Chat, ChatId, ChatNumber, CreateChat, Failure, Problem, Timestamp, Token, Write};

/// Gives out a chat's number, then at once opens the chat for messages and queues its creation.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], or where a store or the queue failed. What is refused as
/// [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn create_chat(
    application: Token,
    now: Timestamp,
    counters: &(impl NumberChats + OpenChats + UnopenChats),
    queue: &impl SendWrites,
) -> Result<Chat, Failure> {
    let Some(allocation) = counters.allocate(&application).await? else {
        return Err(Problem::ApplicationNotFound.into());
    };
    let id = ChatId { application, chat: allocation.number };
    let write = Write::CreateChat(CreateChat { id: id.clone(), revision: allocation.revision, at: now });
    match tokio::join!(queue.send(&write), counters.open(&id, Some(&allocation.ticket))) {
        (Ok(()), Ok(())) => {
            Ok(Chat { number: allocation.number, messages_count: 0, created_at: now, updated_at: now })
        }
        // The chat is on the queue, and persist opens it too; but no message can be promised a place yet.
        (Ok(()), Err(error)) => Err(Failure { problem: Problem::OutcomeUnknown, cause: Some(error.into()) }),
        (Err(error), _) => {
            if let Err(trace) = take_back(counters, &id, &allocation, &error).await {
                tracing::error!(target: "chatlog", chat = allocation.number.get(), cause = %trace, "a refused chat left a trace");
            }
            Err(error.into())
        }
    }
}

/// Closes the chat again; persist opens it should its creation be on the queue after all. Where it
/// certainly is not, the number goes to the next one, unless somebody guessed it and wrote there already.
async fn take_back(
    counters: &(impl NumberChats + UnopenChats),
    id: &ChatId,
    allocation: &Allocation<ChatNumber>,
    error: &SendError,
) -> Result<(), StoreError> {
    let closed = counters.unopen(id, &allocation.ticket).await?;
    if closed && matches!(error, SendError::NotSent(_)) {
        counters.give_back(&id.application, allocation).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::ReadCounters;

    use super::*;

    fn id(application: &Token, chat: u64) -> ChatId {
        ChatId { application: application.clone(), chat: ChatNumber::new(chat).unwrap() }
    }

    #[tokio::test]
    async fn chats_are_numbered_queued_and_open_for_messages() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        for number in 1..=3 {
            let chat = create_chat(token.clone(), Timestamp::from_millis(5), &tables, &queue).await.unwrap();
            assert_eq!((chat.number.get(), chat.messages_count), (number, 0));
            assert_eq!(tables.last_message(&id(&token, number)).await.unwrap(), Some(0));
        }
        let queued: Vec<u64> = queue.sent().iter().map(|write| write.chat().chat.get()).collect();
        assert_eq!(queued, [1, 2, 3]);
    }

    #[tokio::test]
    async fn an_unknown_application_is_refused_before_anything_happens() {
        let (tables, queue) = (FakeTables::default(), FakeQueue::default());
        let failure =
            create_chat(Token::random().unwrap(), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_chat_that_was_not_sent_leaves_no_trace_and_its_number_to_the_next() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        queue.faults.plan([Fault::Before]);
        let failure = create_chat(token.clone(), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), None);
        assert_eq!(create_chat(token, Timestamp::now(), &tables, &queue).await.unwrap().number.get(), 1);
    }

    #[tokio::test]
    async fn where_the_answer_of_the_queue_is_lost_the_number_is_kept() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        queue.faults.plan([Fault::After]);
        let failure = create_chat(token.clone(), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        assert_eq!(tables.last_message(&id(&token, 1)).await.unwrap(), None, "closed until persist finds it");
        assert_eq!(create_chat(token, Timestamp::now(), &tables, &queue).await.unwrap().number.get(), 2);
    }

    #[tokio::test]
    async fn a_number_whose_answer_was_lost_is_given_to_the_next() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        tables.faults.plan([Fault::After]);
        let failure = create_chat(token.clone(), Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        assert_eq!(create_chat(token, Timestamp::now(), &tables, &queue).await.unwrap().number.get(), 1);
    }

    #[tokio::test]
    async fn a_queued_chat_that_could_not_be_opened_is_not_promised() {
        let ((tables, token), queue) = (FakeTables::with_application(), FakeQueue::default());
        tables.faults.plan([Fault::None, Fault::Before]);
        let failure = create_chat(token, Timestamp::now(), &tables, &queue).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown);
        assert_eq!(queue.sent().len(), 1);
    }
}
