use conversation::ports::{CloseChats, ReadCounters, ReviseChats, SendError, SendWrites};
use conversation::{ChatId, DeleteChat, Failure, Problem, Write, last_message};

/// Deletes a chat with all its messages: takes a turn in the application, queues the deletion and closes
/// the chat, so that it takes no message any more once this is answered.
///
/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`], or where a store or the queue failed. What
/// is refused as [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn delete_chat(
    id: ChatId,
    counters: &(impl ReviseChats + CloseChats + ReadCounters),
    queue: &impl SendWrites,
) -> Result<(), Failure> {
    last_message(&id, counters).await?;
    let turn = counters.revise(&id.application).await?.ok_or(Problem::ApplicationNotFound)?;
    let write = DeleteChat { id: id.clone(), revision: turn.revision };
    if let Err(error) = queue.send(&Write::DeleteChat(write)).await {
        if matches!(error, SendError::NotSent(_))
            && let Err(trace) = counters.give_turn_back(&id.application, &turn).await
        {
            tracing::error!(target: "chatlog", chat = id.chat.get(), cause = %trace, "a refused deletion left its turn");
        }
        return Err(error.into());
    }
    // Persist closes it too, but the answer promises that it is closed already.
    counters
        .close(&id)
        .await
        .map_err(|error| Failure { problem: Problem::OutcomeUnknown, cause: Some(error.into()) })
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::NumberMessages;
    use conversation::{ChatNumber, Revision, Token};

    use super::*;

    async fn delete(tables: &FakeTables, id: &ChatId, queue: &FakeQueue) -> Result<(), Problem> {
        delete_chat(id.clone(), tables, queue).await.map_err(|failure| failure.problem)
    }

    fn deletion(id: &ChatId, revision: u64) -> Write {
        Write::DeleteChat(DeleteChat { id: id.clone(), revision: Revision::new(revision).unwrap() })
    }

    #[tokio::test]
    async fn the_deletion_is_queued_and_the_chat_closed() {
        let ((tables, id), queue) = (FakeTables::with_chat(), FakeQueue::default());
        assert_eq!(delete(&tables, &id, &queue).await, Ok(()));
        assert_eq!(queue.sent(), [deletion(&id, 2)]);
        assert_eq!(NumberMessages::allocate(&tables, &id).await.unwrap(), None);
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::ChatNotFound), "once is enough");
        assert_eq!(queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_apart_and_nothing_is_queued() {
        let ((tables, id), queue) = (FakeTables::with_chat(), FakeQueue::default());
        let beyond = ChatId { chat: ChatNumber::new(2).unwrap(), ..id };
        assert_eq!(delete(&tables, &beyond, &queue).await, Err(Problem::ChatNotFound));
        let nowhere = ChatId { application: Token::random().unwrap(), ..beyond };
        assert_eq!(delete(&tables, &nowhere, &queue).await, Err(Problem::ApplicationNotFound));
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_refused_deletion_leaves_no_trace() {
        let ((tables, id), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::Before]);
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::TemporarilyUnavailable));
        NumberMessages::allocate(&tables, &id).await.unwrap().expect("the chat is open");
        assert_eq!(delete(&tables, &id, &queue).await, Ok(()));
        assert_eq!(queue.sent(), [deletion(&id, 2)], "the turn was given back");
    }

    #[tokio::test]
    async fn where_the_answer_of_the_queue_is_lost_that_is_said() {
        let ((tables, id), queue) = (FakeTables::with_chat(), FakeQueue::default());
        queue.faults.plan([Fault::After]);
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::OutcomeUnknown));
        assert_eq!(queue.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_chat_that_could_not_be_closed_is_not_called_deleted() {
        let ((tables, id), queue) = (FakeTables::with_chat(), FakeQueue::default());
        tables.faults.plan([Fault::None, Fault::None, Fault::None, Fault::Before]);
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::OutcomeUnknown));
        assert_eq!(queue.sent().len(), 1);
    }
}
